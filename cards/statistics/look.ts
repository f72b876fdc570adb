/** The current theme's colours and font, which a canvas does not inherit as elements do. */
export interface Look {
  text: string;
  grid: string;
  font: string;
  series: string[];
}

/** Colours that most people can tell apart, on light and on dark. A theme's own graph colours take precedence. */
const PALETTE = ['#4269d0', '#d98c00', '#e0533d', '#2f9e8f', '#7aa832', '#c86fb1', '#8e63ce', '#9c6b4e'];

export function lookOf(element: Element): Look {
  const style = getComputedStyle(element);
  const theme = (name: string, fallback: string): string => {
    const value = style.getPropertyValue(name).trim();
    return isColor(value) ? value : fallback;
  };
  return {
    text: theme('--secondary-text-color', '#5e5e5e'),
    grid: theme('--divider-color', 'rgb(0 0 0 / 12%)'),
    font: `12px ${style.fontFamily || 'sans-serif'}`,
    series: PALETTE.map((color, index) => theme(`--graph-color-${index + 1}`, theme(`--color-${index + 1}`, color))),
  };
}

/**
 * Whether a text is one colour and nothing else: no further declarations, no address, nothing that only an element can resolve (`var()`),
 * because a canvas could not draw it.
 */
export function isColor(text: string): boolean {
  if (
    !/^(#[\da-f]{3,8}|[a-z]+|[a-z-]+\([\w\s.,%/+#()-]*\))$/i.test(text) ||
    /\b(url|var|env|attr|image-set)\(/i.test(text)
  )
    return false;
  return typeof CSS === 'undefined' || CSS.supports('color', text);
}

export function colorOf(look: Look, entity: number, own: string | undefined): string {
  return own ?? look.series[entity % look.series.length] ?? look.text;
}

/** The same colour made transparent, for the area behind a line. A canvas knows no color-mix, and a theme may use any colour syntax. */
export function translucent(context: CanvasRenderingContext2D, color: string, alpha: number): string {
  context.save();
  context.fillStyle = color;
  const read = context.fillStyle;
  context.restore();
  const hex = /^#([0-9a-f]{6})$/i.exec(read)?.[1];
  return hex === undefined
    ? color
    : `#${hex}${Math.round(alpha * 255)
        .toString(16)
        .padStart(2, '0')}`;
}
