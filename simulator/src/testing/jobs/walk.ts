import { standardNormal } from '../../random/distributions.ts';
import { createStream } from '../../random/stream.ts';

export interface Walk {
  readonly seed: number;
  readonly steps: number;
}

/** A buffer that the job uses again, as a fast job does. */
const path = new Float64Array(100);

/** A random walk: small, and different in each replication. */
export function replicate({ seed, steps }: Walk, replication: number): { end: number; path: Float64Array } {
  const stream = createStream(seed, 'walk', replication);
  let position = 10;
  for (let step = 0; step < steps; step += 1) {
    position += standardNormal(stream);
    path[step % path.length] = position;
  }
  return { end: position, path };
}
