import type { Parameters } from '../calibration/parameter.ts';
import type { Simulation } from '../engine/simulation.ts';
import { exponential } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import { systemParameter } from './parameters.ts';
import { TokenBuckets } from './token-bucket.ts';
import { lognormalTable } from './variation.ts';

/** The documented month, for which the rate is given, seconds. */
const MONTH = 30 * 86_400;
/** Calls a second of a program. */
const CALLS_PER_SECOND = 10;
const CALLS_VARIATION = lognormalTable(0.1);

/**
 * Programs that call faster than people do, as a Poisson process. Their calls are no requests of the month: what the
 * rate limit lets through ends at the CDN.
 *
 * @param onRefused told how many calls of one program were refused
 */
export function sendIntruders(
  simulation: Simulation,
  until: number,
  parameters: Parameters,
  stream: RandomStream,
  onRefused: (calls: number) => void,
): void {
  const meanGap = MONTH / systemParameter(parameters, 'system.security.scrapers');
  const meanCalls = systemParameter(parameters, 'system.security.scraped');
  const scrape = simulation.addKind(() => {
    const factor = CALLS_VARIATION[Math.floor(stream.next() * CALLS_VARIATION.length)] ?? 1;
    onRefused(refusedOf(simulation.now, Math.round(meanCalls * factor)));
    come();
  });
  const come = (): void => {
    const at = simulation.now + exponential(stream, meanGap);
    if (at < until) {
      simulation.scheduleAt(at, scrape);
    }
  };
  come();
}

function refusedOf(from: number, calls: number): number {
  const bucket = new TokenBuckets(1);
  let refused = 0;
  for (let call = 0; call < calls; call += 1) {
    refused += bucket.allows(from + call / CALLS_PER_SECOND, 0) ? 0 : 1;
  }
  return refused;
}
