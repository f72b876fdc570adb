/**
 * Replaces the global `WebAssembly` in emcc's glue. The module is already compiled, synchronously or not as the engine allows,
 * and is instantiated the same way. This also captures the module's memory.
 */
interface Made {
  instance: WebAssembly.Instance;
}
/** The part of a promise that the glue uses. */
interface Making {
  then(use: (made: Made) => void): unknown;
}

let make: ((imports: WebAssembly.Imports) => Making) | undefined;

export { glueEngine as WebAssembly };
const glueEngine = {
  instantiate(_module: unknown, imports: WebAssembly.Imports): Making {
    if (!make) throw new Error('the module is not compiled');
    return make(imports);
  },
};

/** Instantiates the module and runs the glue, synchronously; returns undefined if the engine refuses. */
export function instantiateAtOnce(module: WebAssembly.Module, runGlue: () => void): WebAssembly.Memory | undefined {
  let memory: WebAssembly.Memory | undefined;
  // A thenable that calls back at once, unlike a promise.
  make = (imports) => ({
    then(use) {
      const instance = new WebAssembly.Instance(module, imports);
      memory = memoryOf(instance);
      use({ instance });
    },
  });
  runGlue();
  return memory;
}

/** Instantiates the module and runs the glue asynchronously. Rejects if the engine refuses. */
export async function instantiateLater(
  module: WebAssembly.Module,
  runGlue: () => void,
): Promise<WebAssembly.Memory | undefined> {
  let making: Promise<Made> | undefined;
  make = (imports) => (making = WebAssembly.instantiate(module, imports).then((instance) => ({ instance })));
  runGlue();
  const made = await making;
  return made && memoryOf(made.instance);
}

/** Finds the memory by its type, since the linker shortens the names of exports. */
function memoryOf({ exports }: WebAssembly.Instance): WebAssembly.Memory | undefined {
  return Object.values(exports).find((one) => one instanceof WebAssembly.Memory);
}
