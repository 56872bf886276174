import { Popularity } from '../popularity.ts';
import { KSP } from './assumptions.ts';
import { documented } from './figures.ts';

export const DAYS = 30;
export const HOURS_PER_DAY = 24;
const HOURS = DAYS * HOURS_PER_DAY;

/** How a tenant's volume is spread over the month. */
export type Pattern = 'steady' | 'peak' | 'burst' | 'growth' | 'other';

export interface Tenant {
  readonly pattern: Pattern;
  /** Expected calls and renderings in each hour of the month. */
  readonly calls: Float64Array;
  readonly renderings: Float64Array;
}

/** The hours of the pattern's peaks. */
export function isPeak(hour: number): boolean {
  const ofDay = hour % HOURS_PER_DAY;
  return ofDay >= KSP.peakHour.value && ofDay < KSP.peakHour.value + KSP.peakHours.value;
}

/** The hours of the pattern's burst, which is whole days. */
export function isBurst(hour: number): boolean {
  const day = Math.floor(hour / HOURS_PER_DAY) + 1;
  return day >= KSP.burstDay.value && day < KSP.burstDay.value + documented('burst.days');
}

/**
 * The four tenants with a documented pattern, and the others, whose calls are skewed.
 *
 * @param load 1 for what is documented; 2 doubles every tenant
 */
export function tenants(load: number): Tenant[] {
  const others = new Popularity(KSP.otherTenants.value, KSP.skew.value);
  return [
    {
      pattern: 'steady',
      calls: spread(load * documented('steady.calls'), () => 1),
      renderings: spread(load * documented('steady.renderings'), () => 1),
    },
    {
      pattern: 'peak',
      calls: withExtra(load, documented('peak.calls.average'), documented('peak.calls'), isPeak),
      renderings: withExtra(
        load,
        documented('peak.renderings.average'),
        documented('peak.renderings'),
        isPeak,
      ),
    },
    {
      pattern: 'burst',
      calls: withExtra(load, documented('burst.calls.average'), documented('burst.calls'), isBurst),
      renderings: withExtra(
        load,
        documented('burst.renderings.average'),
        documented('burst.renderings'),
        isBurst,
      ),
    },
    withRenderings('growth', growing(load)),
    ...Array.from(others.shares, (share) =>
      withRenderings('other', spread(load * KSP.otherCalls.value * share, officeWeight)),
    ),
  ];
}

/** A month's count over its hours, by weight. */
function spread(count: number, weight: (hour: number) => number): Float64Array {
  const weights = Float64Array.from({ length: HOURS }, (_, hour) => weight(hour));
  const total = weights.reduce((sum, one) => sum + one, 0);
  return weights.map((one) => (count * one) / total);
}

/** The same in every hour, and what is beyond it in some hours only. */
function withExtra(
  load: number,
  average: number,
  total: number,
  isExtra: (hour: number) => boolean,
): Float64Array {
  const base = spread(load * average, () => 1);
  const extra = spread(load * (total - average), (hour) => (isExtra(hour) ? 1 : 0));
  return base.map((count, hour) => count + (extra[hour] ?? 0));
}

function growing(load: number): Float64Array {
  const first = (load * KSP.growthFirst.value) / HOURS_PER_DAY;
  return Float64Array.from({ length: HOURS }, (_, hour) => first * KSP.growthFactor.value ** (hour / HOURS));
}

function withRenderings(pattern: Pattern, calls: Float64Array): Tenant {
  return { pattern, calls, renderings: calls.map((count) => count / KSP.callsPerRendering.value) };
}

function officeWeight(hour: number): number {
  const ofDay = hour % HOURS_PER_DAY;
  const isOffice = ofDay >= KSP.officeFrom.value && ofDay < KSP.officeUntil.value;
  return isOffice ? KSP.officeFactor.value : 1;
}
