export type { PubSub } from './channel.ts';
export { keyvTier, type KeyvTierOptions } from './keyvTier.ts';
export type { FloorScope, RemoteRecord, RemoteTier } from '../types.ts';
