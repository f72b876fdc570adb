/**
 * Adds a style to a shadow root. Returns the nodes that must come first in the root, if any: Safari before 16.4 cannot construct style
 * sheets and gets a style element.
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
