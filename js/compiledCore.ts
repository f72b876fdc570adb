/**
 * Stands in the glue for the global of the same name: what it would compile has been compiled already, at once or
 * asynchronously as the engine allows, and its memory is caught as it is made.
 */
let compiled: WebAssembly.Module | undefined;
let memory: WebAssembly.Memory | undefined;

export { glueEngine as WebAssembly };
const glueEngine = {
  /** No promise but what looks like one to the glue and calls back at once: the module stands when the factory returns. */
  instantiate: (_module: unknown, imports: WebAssembly.Imports) => ({
    then(use: (made: { instance: WebAssembly.Instance }) => void) {
      if (!compiled) throw new Error('nothing was compiled');
      const instance = new WebAssembly.Instance(compiled, imports);
      // The linker shortens the names of exports, so the memory is known by its type.
      memory = Object.values(instance.exports).find((one) => one instanceof WebAssembly.Memory);
      use({ instance });
    },
  }),
};

/** Runs the glue on this module; gives the memory of the instance it made. */
export function whileInstantiating(module: WebAssembly.Module, run: () => void): WebAssembly.Memory | undefined {
  compiled = module;
  memory = undefined;
  try {
    run();
    return memory;
  } finally {
    compiled = undefined;
  }
}
