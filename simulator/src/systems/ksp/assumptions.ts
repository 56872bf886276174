import type { Assumption } from '../system.ts';

/** What the document leaves open: machines, when peaks and bursts are, what a call costs, who else is there. */
export const KSP = {
  cores: { value: 2, unit: 'cores', meaning: 'of an instance', figures: [] },
  memoryGb: { value: 8, unit: 'GB', meaning: 'of an instance', figures: [] },
  idleGb: { value: 3, unit: 'GB', meaning: 'that an instance has in use without any rendering', figures: [] },
  renderers: {
    value: 2,
    unit: 'renderings',
    meaning: 'at a time on an instance, one a core; the others wait in one queue',
    figures: [],
  },
  boot: {
    value: 120,
    unit: 's',
    meaning: 'to start an instance, before its first health check',
    figures: [],
  },
  renderingCpu: {
    value: 71.4,
    unit: 's',
    meaning:
      'of a core, mean: the 300 CPU hours of case 1 less those of its calls, over its 15,000 renderings. That a rendering ' +
      'is so heavy is what makes scaling necessary at all',
    figures: ['steady.cpu'],
  },
  renderingVariation: { value: 0.5, unit: 'deviation / mean', meaning: 'lognormal', figures: [] },
  renderingGb: {
    value: 0.5,
    unit: 'GB',
    meaning: 'held while it runs; a rendering that shares its core runs longer. Fitted',
    figures: ['steady.memory'],
  },
  renderingMb: {
    value: 5.3,
    unit: 'MB',
    meaning: 'sent, from case 1: 80 GB over 15,000, less the answers to calls',
    figures: ['steady.transfer'],
  },
  callKb: { value: 2.35, unit: 'kB', meaning: '12.3 MB over 5,234 calls of the usage table', figures: [] },
  loansMs: { value: 230, unit: 'ms', meaning: 'without anybody else; fitted', figures: ['loans.response'] },
  membersMs: {
    value: 177,
    unit: 'ms',
    meaning: 'without anybody else; fitted',
    figures: ['members.response'],
  },
  transactionsMs: {
    value: 146,
    unit: 'ms',
    meaning: 'without anybody else; fitted',
    figures: ['transactions.response'],
  },
  otherMs: {
    value: 185,
    unit: 'ms',
    meaning: 'endpoints that are not listed: the mean of the listed',
    figures: [],
  },
  otherErrors: { value: 1.5, unit: '%', meaning: 'the mean of the listed endpoints', figures: [] },
  callVariation: { value: 0.5, unit: 'deviation / mean', meaning: 'lognormal', figures: [] },
  cpuShare: {
    value: 0.5,
    unit: 'share',
    meaning:
      "of a call's time that is work of a core; the rest is the database's, which is not a bottleneck here",
    figures: [],
  },
  peakHour: { value: 9, unit: 'h', meaning: 'when the peak begins, each day', figures: [] },
  peakHours: { value: 2, unit: 'h', meaning: 'that it lasts', figures: [] },
  burstDay: {
    value: 25,
    unit: 'day',
    meaning: 'first of the two days: when interest is booked',
    figures: [],
  },
  growthFirst: { value: 100, unit: 'requests/day', meaning: 'of the growing tenant on day 1', figures: [] },
  growthFactor: {
    value: 10,
    unit: 'times',
    meaning: 'from the first hour of the month to the last',
    figures: [],
  },
  otherTenants: {
    value: 36,
    unit: 'tenants',
    meaning: 'beside the four with a documented pattern',
    figures: [],
  },
  otherCalls: { value: 60_000, unit: 'requests/month', meaning: 'of all of them together', figures: [] },
  skew: { value: 1.1, unit: 'exponent', meaning: 'Zipf, of the calls over the other tenants', figures: [] },
  callsPerRendering: {
    value: 5,
    unit: 'calls',
    meaning: 'as in cases 1 and 3, and in case 2 without peaks',
    figures: [],
  },
  officeFrom: { value: 8, unit: 'h', meaning: 'office hours of the other tenants', figures: [] },
  officeUntil: { value: 16, unit: 'h', meaning: 'their end', figures: [] },
  officeFactor: {
    value: 6,
    unit: 'times',
    meaning: 'calls of an office hour, of those of another',
    figures: [],
  },
} as const satisfies Readonly<Record<string, Assumption>>;
