/** Those in which everything is to run; the README says so too. The bundler lowers what they cannot read. */
export const OLDEST_ENGINES = ['chrome92', 'firefox90', 'safari15.4'];
