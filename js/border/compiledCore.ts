/**
 * Stands in the glue for the global of the same name: the module has been compiled already, at once or asynchronously as the
 * engine allows, and is instantiated in the same way. Its memory is caught as it is made.
 */
interface Made {
  instance: WebAssembly.Instance;
}
/** What the glue waits for. */
interface Making {
  then(use: (made: Made) => void): unknown;
}

let make: ((imports: WebAssembly.Imports) => Making) | undefined;

export { glueEngine as WebAssembly };
const glueEngine = {
  instantiate(_module: unknown, imports: WebAssembly.Imports): Making {
    if (!make) throw new Error('nothing was compiled');
    return make(imports);
  },
};

/** Runs the glue on this module, which it fills before this returns; undefined where the engine refuses. */
export function instantiateAtOnce(module: WebAssembly.Module, runGlue: () => void): WebAssembly.Memory | undefined {
  let memory: WebAssembly.Memory | undefined;
  // No promise but what looks like one to the glue and calls back at once.
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

/** Runs the glue on this module, which it has filled when this resolves. Rejects where the engine refuses. */
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

/** The linker shortens the names of exports, so the memory is known by its type. */
function memoryOf({ exports }: WebAssembly.Instance): WebAssembly.Memory | undefined {
  return Object.values(exports).find((one) => one instanceof WebAssembly.Memory);
}
