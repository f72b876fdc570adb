/** The version in package.json; js/build/bundle.mjs replaces it. */
declare const CARDCACHE_VERSION: string;
// Replaced by the bundler: emcc's script, and the module as text or as its address.
declare module '#core-glue' {
  const factory: (module: object) => Promise<unknown>;
  export default factory;
}
declare module '#core-wasm' {
  const wasm: import('./border/moduleText.ts').ModuleText | (() => URL);
  /** wasm/expander, a digit a byte. */
  export const expander: string;
  export default wasm;
}
