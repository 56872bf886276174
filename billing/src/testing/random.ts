import { seededStream } from '../forecast/random.ts';

/** Where the waiting times between counts are too many to add up, the normal distribution is near enough. */
const LARGE_MEAN = 50;

/** Numbers by chance, the same for one seed. */
export interface Random {
  /** In [0, 1). */
  uniform(): number;
  normal(): number;
  /** A count of things that happen independently. */
  poisson(mean: number): number;
}

export function randomOf(seed: number): Random {
  const uniform = seededStream(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const counted = (mean: number): number => {
    let count = -1;
    let waited = 0;
    while (waited < mean) {
      waited -= Math.log(1 - uniform());
      count += 1;
    }
    return Math.max(0, count);
  };
  return {
    uniform,
    normal,
    poisson: (mean) =>
      mean > LARGE_MEAN ? Math.max(0, Math.round(mean + Math.sqrt(mean) * normal())) : counted(mean),
  };
}
