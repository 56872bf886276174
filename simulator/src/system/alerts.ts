import { type AlertEvent, SAMPLE_SECONDS } from '../run/month-run.ts';

/** When an alert fires: a signal rises above `raise`; it can fire again once the signal was at `clear` or below. */
export interface AlertRule {
  readonly kind: AlertEvent['kind'];
  readonly raise: number;
  readonly clear: number;
}

/** Share of the memory limit, five-minute means: documented as "above 85 %", and nothing of when it clears. */
export const MEMORY_RULE: AlertRule = { kind: 'memory', raise: 0.85, clear: 0.85 };
/** Share of all cores in a minute; documented above 80 %. */
export const CPU_RULE: AlertRule = { kind: 'cpu', raise: 0.8, clear: 0.6 };
/** Calls refused in ten minutes: the document says "anomaly" only. */
export const SECURITY_RULE: AlertRule = { kind: 'security', raise: 2.5, clear: 0 };
/** Share of answers in a quarter of an hour that took longer than a second, twice the documented target. */
export const RESPONSE_RULE: AlertRule = { kind: 'response-time', raise: 0.1, clear: 0.05 };

/** Shares of the disk: the document says "warning" only, 80 % is usual. */
const DISK_RAISE = 0.8;
const DISK_CLEAR = 0.7;

/** The rule for the disk in use, GB. */
export function diskRule(diskGb: number): AlertRule {
  return { kind: 'disk', raise: DISK_RAISE * diskGb, clear: DISK_CLEAR * diskGb };
}

/** The rule for connections: so many above the mean of the hour before. */
export function connectionRule(rise: number): AlertRule {
  return { kind: 'connections', raise: rise, clear: rise / 2 };
}

/** The instants at which a signal, a number a sample, makes an alert fire. */
export function alertsOf(rule: AlertRule, signal: ArrayLike<number>): AlertEvent[] {
  const alerts: AlertEvent[] = [];
  let firing = false;
  for (let sample = 0; sample < signal.length; sample += 1) {
    const value = signal[sample] ?? 0;
    if (!firing && value > rule.raise) {
      firing = true;
      alerts.push({ kind: rule.kind, at: sample * SAMPLE_SECONDS });
    } else if (firing && value <= rule.clear) {
      firing = false;
    }
  }
  return alerts;
}

/** For each sample the sum of it and those before it, `span` in all. */
export function sumOver(signal: ArrayLike<number>, span: number): Float32Array {
  const sums = new Float32Array(signal.length);
  let sum = 0;
  for (let sample = 0; sample < signal.length; sample += 1) {
    sum += (signal[sample] ?? 0) - (sample >= span ? (signal[sample - span] ?? 0) : 0);
    sums[sample] = sum;
  }
  return sums;
}

/** For each sample the mean of the last `span` samples that are a whole block of them, as a monitor shows it. */
export function meansOver(signal: Float32Array, span: number): Float32Array {
  const means = new Float32Array(signal.length);
  let sum = 0;
  let mean = 0;
  for (let sample = 0; sample < means.length; sample += 1) {
    sum += signal[sample] ?? 0;
    if ((sample + 1) % span === 0) {
      mean = sum / span;
      sum = 0;
    }
    means[sample] = mean;
  }
  return means;
}

/** For each sample how far it is above the mean of the `span` samples before it; nothing while there are fewer. */
export function riseOver(signal: Float32Array, span: number): Float32Array {
  const sums = sumOver(signal, span);
  const rises = new Float32Array(signal.length);
  for (let sample = span; sample < rises.length; sample += 1) {
    rises[sample] = (signal[sample] ?? 0) - (sums[sample - 1] ?? 0) / span;
  }
  return rises;
}

/**
 * For each sample the share of one count in another over the last `span` samples.
 *
 * @param least nothing is said of fewer than these
 */
export function shareOver(
  part: ArrayLike<number>,
  whole: ArrayLike<number>,
  span: number,
  least: number,
): Float64Array {
  const parts = sumOver(part, span);
  const counts = sumOver(whole, span);
  const shares = new Float64Array(counts.length);
  for (let sample = 0; sample < shares.length; sample += 1) {
    const count = counts[sample] ?? 0;
    shares[sample] = count < least ? 0 : (parts[sample] ?? 0) / count;
  }
  return shares;
}
