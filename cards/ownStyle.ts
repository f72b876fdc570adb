/**
 * A style of an element's own, in its shadow root: what is to stand before all that the root holds, if anything. Safari before 16.4
 * constructs no style sheets, and the style is an element there.
 */
export function ownStyle(root: ShadowRoot, css: string): Node[] {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    return [];
  } catch {
    const style = document.createElement('style');
    style.textContent = css;
    return [style];
  }
}
