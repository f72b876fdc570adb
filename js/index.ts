export { isConcerned } from './api/concerned.ts';
export { openCache } from './api/host.ts';
export { defineQuery, key } from './common/keys.ts';
export { LINK_PORT, type LinkPort } from './api/linkPort.ts';
export type * from './types.ts';
