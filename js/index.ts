export { isConcerned } from './concerned.ts';
export { openCache } from './host.ts';
export { key } from './keys.ts';
export { LINK_PORT, type LinkPort } from './linkPort.ts';
export { defineQuery } from './query.ts';
export type * from './types.ts';
