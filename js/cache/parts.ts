import type { Core } from '../border/core.ts';
import type { CacheCore } from './coreless.ts';
import type { Remote } from '../peers/remote.ts';
import type { Tabs } from '../peers/tabs.ts';
import type { Vault } from '../encryption/vault.ts';

/** The current parts of a cache. They change when the core starts and when it ends. */
export interface Parts {
  /** The running core, or its stand-in. */
  core: CacheCore;
  /** The core while it runs. The fields below are set only then. */
  running?: Core | undefined;
  vault?: Vault;
  tabs?: Tabs | undefined;
  remote?: Remote;
}
