export interface Fault {
  /** The replications that it strikes. */
  readonly at: readonly number[];
  readonly kind: 'throws' | 'exits' | 'hangs' | 'gives a function';
}

/** A job that goes wrong. */
export function replicate({ at, kind }: Fault, replication: number): unknown {
  if (!at.includes(replication)) {
    return replication;
  }
  switch (kind) {
    case 'throws':
      throw new TypeError(`no luck with ${replication}`);
    case 'exits':
      return process.exit(3);
    case 'hangs':
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    case 'gives a function':
      return () => replication;
  }
}
