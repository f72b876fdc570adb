/**
 * The browser's language if it is valid. On systems without a locale browsers report `c`, `en-US@posix` or nothing, which number formats
 * reject.
 */
export const ownLanguage = validLanguage();

function validLanguage(): string {
  try {
    return Intl.getCanonicalLocales(navigator.language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
