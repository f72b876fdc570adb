/**
 * Stands in the glue for the global of the same name: what it would compile has been compiled already, at once or
 * asynchronously as the engine allows, and its memory is caught as it is made.
 */
let compiled: WebAssembly.Module | undefined;
let memory: WebAssembly.Memory | undefined;

const engine = globalThis.WebAssembly as typeof globalThis.WebAssembly | undefined;

class Module {
  constructor() {
    if (compiled) return compiled;
  }
}

class Instance {
  constructor(module: WebAssembly.Module, imports: WebAssembly.Imports) {
    const instance = new globalThis.WebAssembly.Instance(module, imports);
    // The linker shortens the names of exports, so the memory is known by its type.
    memory = Object.values(instance.exports).find((one) => one instanceof globalThis.WebAssembly.Memory);
    return instance;
  }
}

export { glueEngine as WebAssembly };
const glueEngine = { Module, Instance, RuntimeError: engine?.RuntimeError };

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
