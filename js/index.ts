export { isConcerned } from './concerned.ts';
export { openCache } from './host.ts';
export { defineQuery, key } from './keys.ts';
export { LINK_PORT, type LinkPort } from './linkPort.ts';
export type * from './types.ts';
