import type { Core } from '../border/core.ts';
import type { CacheCore } from './coreless.ts';
import type { Remote } from '../peers/remote.ts';
import type { Tabs } from '../peers/tabs.ts';
import type { Vault } from '../encryption/vault.ts';

/** What a cache works with right now: it changes when the core comes and when that ends. */
export interface Parts {
  /** The core, or what stands in for it. */
  core: CacheCore;
  /** The core while it runs; the rest is there only then. */
  running?: Core | undefined;
  vault?: Vault;
  tabs?: Tabs | undefined;
  remote?: Remote;
}
