import factory from '#core-glue';
import wasm from '#core-wasm';
import { whileInstantiating } from './compiledCore.ts';
import type { CoreModule } from './coreModule.ts';
import { decodeModule } from './moduleText.ts';

export interface LoadedCore {
  module: CoreModule;
  memory: WebAssembly.Memory;
}

/**
 * The core, compiled and instantiated in this very call where the engine allows it: then a card's first render is answered
 * from storage. Engines that refuse, and the split form, whose module must be fetched, give a promise.
 * Rejects, or throws, where there is no WebAssembly or the module cannot be had.
 */
export function loadCore(): LoadedCore | Promise<LoadedCore> {
  if (typeof WebAssembly === 'undefined') throw new Error('this engine has no WebAssembly');
  if (wasm instanceof URL) return compileFrom(wasm).then(instantiate);
  const bytes = decodeModule(wasm);
  let compiled: WebAssembly.Module;
  try {
    compiled = new WebAssembly.Module(bytes);
  } catch {
    return WebAssembly.compile(bytes).then(instantiate);
  }
  return instantiate(compiled);
}

async function compileFrom(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status}`);
  // Not compileStreaming: it refuses what a proxy gave another type than application/wasm.
  return WebAssembly.compile(await response.arrayBuffer());
}

function instantiate(compiled: WebAssembly.Module): LoadedCore {
  const module: Partial<CoreModule> = {};
  let failure: unknown;
  const memory = whileInstantiating(compiled, () => {
    // The object is filled when the factory returns (js/compiledCore.ts), its promise is late.
    factory(module).catch((error: unknown) => (failure = error));
  });
  if (!memory || !module._lookUp) throw new Error('the core did not start', { cause: failure });
  return { module: module as CoreModule, memory };
}
