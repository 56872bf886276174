export interface Fault {
  /** The replications that it strikes. */
  readonly at: readonly number[];
  readonly kind: 'throws' | 'exits' | 'hangs' | 'gives a function';
  /** Two words of shared memory: replications that hang wait on the first, and are counted in the second. */
  readonly hanging?: Int32Array<SharedArrayBuffer>;
}

/** A job that goes wrong. */
export function replicate({ at, kind, hanging = twoWords() }: Fault, replication: number): unknown {
  if (!at.includes(replication)) {
    return replication;
  }
  switch (kind) {
    case 'throws':
      throw new TypeError(`no luck with ${replication}`);
    case 'exits':
      return process.exit(3);
    case 'hangs':
      Atomics.add(hanging, 1, 1);
      return Atomics.wait(hanging, 0, 0);
    case 'gives a function':
      return () => replication;
  }
}

/** Shared memory for {@link Fault.hanging}. */
export function twoWords(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}
