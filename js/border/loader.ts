import factory from '#core-glue';
import wasm, { expander } from '#core-wasm';
import { instantiateAtOnce, instantiateLater } from './compiledCore.ts';
import type { CoreModule } from './coreModule.ts';
import { decodeModule } from './moduleText.ts';

export interface LoadedCore {
  module: CoreModule;
  memory: WebAssembly.Memory;
}

/**
 * Loads the core synchronously if the engine allows it: then a card's first render is answered from storage. Returns a promise
 * where the engine refuses (Chromium before 115 neither compiles nor instantiates more than 4 kB synchronously on the main
 * thread), and in the split form, which fetches the module. Throws or rejects if there is no WebAssembly or the module cannot be
 * loaded.
 */
export function loadCore(): LoadedCore | Promise<LoadedCore> {
  if (typeof WebAssembly === 'undefined') throw new Error('this engine has no WebAssembly');
  if (typeof wasm === 'function') return compileFrom(wasm()).then(startLater);
  const bytes = decodeModule(wasm, expander);
  try {
    return startAtOnce(new WebAssembly.Module(bytes));
  } catch {
    return WebAssembly.compile(bytes).then(startLater);
  }
}

async function compileFrom(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} cannot be loaded: status ${response.status}`);
  // Not compileStreaming: it refuses a module that a proxy serves under another type than application/wasm.
  return WebAssembly.compile(await response.arrayBuffer());
}

function startAtOnce(compiled: WebAssembly.Module): LoadedCore {
  const glue = new Glue();
  return glue.filledWith(instantiateAtOnce(compiled, glue.run));
}

async function startLater(compiled: WebAssembly.Module): Promise<LoadedCore> {
  const glue = new Glue();
  return glue.filledWith(await instantiateLater(compiled, glue.run));
}

/** One run of emcc's glue script. */
class Glue {
  readonly #module: Partial<CoreModule> = {};
  #failure: unknown;

  readonly run = (): void => {
    // The module object is filled at instantiation (js/border/compiledCore.ts); the factory's promise resolves later.
    factory(this.#module).catch((error: unknown) => (this.#failure = error));
  };

  filledWith(memory: WebAssembly.Memory | undefined): LoadedCore {
    if (!memory || !this.#module._call) throw new Error('the core did not start', { cause: this.#failure });
    return { module: this.#module as CoreModule, memory };
  }
}
