export { keyvTier, type KeyvTierOptions, type PubSub } from './keyvTier.ts';
export type { FloorScope, RemoteRecord, RemoteTier } from '../types.ts';
