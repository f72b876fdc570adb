/**
 * The browser's language, if it is one: systems without a locale make browsers say `c`, `en-US@posix` or nothing, and of these no
 * number format can be made.
 */
export const ownLanguage = validLanguage();

function validLanguage(): string {
  try {
    return Intl.getCanonicalLocales(navigator.language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
