/** How records of a namespace look in storage, and what may lie beside them. */
export interface NamespaceFormat {
  /** Records are packed and carry a checksum. */
  readonly packs: boolean;
  /** Records may be encrypted. */
  readonly encrypts: boolean;
  /** Notes may lie beside the records: invalidations and leases. */
  readonly notes: boolean;
  /** Records of several users lie side by side. */
  readonly users: boolean;
}

const OWN: NamespaceFormat = { packs: true, encrypts: true, notes: true, users: true };
/** AgileTrack reads and writes these records as well: plain JSON of one user, and nothing else. */
const AGILETRACK: NamespaceFormat = { packs: false, encrypts: false, notes: false, users: false };

export function formatOf(namespace: string): NamespaceFormat {
  return namespace === 'agiletrack_' ? AGILETRACK : OWN;
}
