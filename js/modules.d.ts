/** The version in package.json; js/build/bundle.mjs replaces it. */
declare const CARDCACHE_VERSION: string;
// What the bundler puts in: the script that the linker made, and the module as text or as the address where it lies.
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
