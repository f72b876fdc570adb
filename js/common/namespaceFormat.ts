/** The format of a namespace's records, and what else may be stored beside them. */
export interface NamespaceFormat {
  /** Records may be packed, and carry a checksum. */
  readonly packs: boolean;
  /** Records may be encrypted. */
  readonly encrypts: boolean;
  /** Notes may be stored beside the records: invalidations and leases. */
  readonly notes: boolean;
  /** The namespace may hold records of several users. */
  readonly users: boolean;
}

const OWN: NamespaceFormat = { packs: true, encrypts: true, notes: true, users: true };
/** AgileTrack itself reads and writes these records: plain JSON of a single user, and nothing else. */
const AGILETRACK: NamespaceFormat = { packs: false, encrypts: false, notes: false, users: false };

export function formatOf(namespace: string): NamespaceFormat {
  return namespace === 'agiletrack_' ? AGILETRACK : OWN;
}
