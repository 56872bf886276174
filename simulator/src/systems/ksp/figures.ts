import type { Figure } from '../../figures/figure.ts';
import type { Tolerance } from '../../validation/tolerance.ts';
import { documentedIn } from '../system.ts';

export const KSP_DOCUMENT = 'KSP LAM GABE JAYA: cost of a tenant, version 1.2, 22 February 2026';

const STEADY = 'Kasus 1: Koperasi dengan Steady High Volume';
const PEAK = 'Kasus 2: Koperasi dengan Peak High Volume';
const BURST = 'Kasus 3: Koperasi dengan Burst High Volume';
const SCALING = 'Auto-Scaling Configuration';
const ENDPOINTS = 'API Usage Table';
const MEMBER = 'Usage Report untuk Anggota';
const TIERS = 'Volume-Based Tiers';
const ALERTS = 'Usage Alerts';
const LIVE = 'WebSocket Real-time Updates';
const SLA = 'Uptime Guarantee';

const SESSIONS =
  "its calls, in sessions as a member's report has them (5.2 calls in 23 minutes), are of far fewer people; ";
const BURST_TRANSFER =
  '10 MB a rendering, where case 1 has 5.3 and case 2 has 4.8; case 1 is used for all, so that case 2 is predicted';
const AS_CALLS = 'the calls are used, as the load comes from them';

/**
 * What the document says of load, speed and scaling; its prices are no part of this. "Average" is the pace of a month
 * without its peaks or bursts, and the other number is what the month has with them, as the document's extra charges are on
 * the difference.
 */
export const kspFigures = [
  { id: 'steady.calls', value: 75_000, unit: 'requests/month', section: STEADY, kind: 'input' },
  { id: 'steady.renderings', value: 15_000, unit: 'requests/month', section: STEADY, kind: 'input' },
  { id: 'steady.cpu', value: 300, unit: 'CPU h', section: STEADY, kind: 'output' },
  { id: 'steady.memory', value: 150, unit: 'GB h', section: STEADY, kind: 'output' },
  { id: 'steady.transfer', value: 80, unit: 'GB', section: STEADY, kind: 'output' },
  {
    id: 'steady.users',
    value: 800,
    unit: 'people',
    section: STEADY,
    kind: 'contradicted',
    note: SESSIONS + AS_CALLS,
  },
  { id: 'peak.calls.average', value: 25_000, unit: 'requests/month', section: PEAK, kind: 'input' },
  { id: 'peak.calls', value: 100_000, unit: 'requests/month', section: PEAK, kind: 'input' },
  { id: 'peak.renderings.average', value: 5000, unit: 'requests/month', section: PEAK, kind: 'input' },
  { id: 'peak.renderings', value: 25_000, unit: 'requests/month', section: PEAK, kind: 'input' },
  {
    id: 'peak.transfer.average',
    value: 30,
    unit: 'GB',
    section: PEAK,
    kind: 'output',
    note: 'predicted: no transfer of case 2 is used',
  },
  {
    id: 'peak.transfer',
    value: 120,
    unit: 'GB',
    section: PEAK,
    kind: 'output',
    note: 'predicted: no transfer of case 2 is used',
  },
  {
    id: 'peak.users.average',
    value: 200,
    unit: 'people',
    section: PEAK,
    kind: 'contradicted',
    note: SESSIONS + AS_CALLS,
  },
  {
    id: 'peak.users',
    value: 1500,
    unit: 'people',
    section: PEAK,
    kind: 'contradicted',
    note: SESSIONS + AS_CALLS,
  },
  { id: 'burst.calls.average', value: 5000, unit: 'requests/month', section: BURST, kind: 'input' },
  { id: 'burst.calls', value: 50_000, unit: 'requests/month', section: BURST, kind: 'input' },
  { id: 'burst.renderings.average', value: 1000, unit: 'requests/month', section: BURST, kind: 'input' },
  { id: 'burst.renderings', value: 10_000, unit: 'requests/month', section: BURST, kind: 'input' },
  { id: 'burst.days', value: 2, unit: 'count', section: BURST, kind: 'input' },
  {
    id: 'burst.transfer.average',
    value: 10,
    unit: 'GB',
    section: BURST,
    kind: 'contradicted',
    note: BURST_TRANSFER,
  },
  {
    id: 'burst.transfer',
    value: 100,
    unit: 'GB',
    section: BURST,
    kind: 'contradicted',
    note: BURST_TRANSFER,
  },
  {
    id: 'burst.users.average',
    value: 100,
    unit: 'people',
    section: BURST,
    kind: 'contradicted',
    note: SESSIONS + AS_CALLS,
  },
  {
    id: 'burst.users',
    value: 800,
    unit: 'people',
    section: BURST,
    kind: 'contradicted',
    note: SESSIONS + AS_CALLS,
  },
  { id: 'loans.response', value: 245, unit: 'ms', section: ENDPOINTS, kind: 'output' },
  { id: 'members.response', value: 189, unit: 'ms', section: ENDPOINTS, kind: 'output' },
  { id: 'transactions.response', value: 156, unit: 'ms', section: ENDPOINTS, kind: 'output' },
  { id: 'loans.errors', value: 2.1, unit: '%', section: ENDPOINTS, kind: 'input' },
  { id: 'members.errors', value: 1.2, unit: '%', section: ENDPOINTS, kind: 'input' },
  { id: 'transactions.errors', value: 0.8, unit: '%', section: ENDPOINTS, kind: 'input' },
  { id: 'loans.calls', value: 5234, unit: 'requests/month', section: ENDPOINTS, kind: 'input' },
  { id: 'members.calls', value: 3456, unit: 'requests/month', section: ENDPOINTS, kind: 'input' },
  { id: 'transactions.calls', value: 2789, unit: 'requests/month', section: ENDPOINTS, kind: 'input' },
  { id: 'all.calls', value: 15_234, unit: 'requests/month', section: ENDPOINTS, kind: 'input' },
  { id: 'member.calls', value: 234, unit: 'requests/month', section: MEMBER, kind: 'input' },
  { id: 'member.sessions', value: 45, unit: 'sessions', section: MEMBER, kind: 'input' },
  { id: 'member.session-time', value: 23, unit: 'min', section: MEMBER, kind: 'input' },
  {
    id: 'scaling.least',
    value: 2,
    unit: 'instances',
    section: SCALING,
    kind: 'input',
    note: 'fewest in service',
  },
  {
    id: 'scaling.most',
    value: 20,
    unit: 'instances',
    section: SCALING,
    kind: 'input',
    note: 'at most; most in service',
  },
  {
    id: 'scaling.cooldown',
    value: 10,
    unit: 'min',
    section: SCALING,
    kind: 'input',
    note: 'at least; shortest time between two changes',
  },
  {
    id: 'scaling.out.cpu',
    value: 80,
    unit: '%',
    section: SCALING,
    kind: 'input',
    note: 'at least; lowest minute of the five before an instance was added for the CPU',
  },
  { id: 'scaling.out.memory', value: 85, unit: '%', section: SCALING, kind: 'input' },
  { id: 'scaling.out.response', value: 2, unit: 's', section: SCALING, kind: 'input' },
  { id: 'scaling.out.time', value: 5, unit: 'min', section: SCALING, kind: 'input' },
  { id: 'scaling.out.queue', value: 1000, unit: 'count', section: SCALING, kind: 'input' },
  {
    id: 'scaling.in.cpu',
    value: 30,
    unit: '%',
    section: SCALING,
    kind: 'input',
    note: 'at most; highest minute of the ten before an instance was taken away',
  },
  { id: 'scaling.in.time', value: 10, unit: 'min', section: SCALING, kind: 'input' },
  { id: 'tier.high', value: 1000, unit: 'requests/month', section: TIERS, kind: 'input' },
  { id: 'tier.very-high', value: 10_000, unit: 'requests/month', section: TIERS, kind: 'input' },
  { id: 'tier.ultra-high', value: 50_000, unit: 'requests/month', section: TIERS, kind: 'input' },
  {
    id: 'package.high-volume.calls',
    value: 50_000,
    unit: 'requests/month',
    section: 'High-Volume Package',
    kind: 'input',
    note: 'a limit of the month; the document has none a second. Beyond it calls are served, and charged',
  },
  {
    id: 'package.high-volume.renderings',
    value: 10_000,
    unit: 'requests/month',
    section: 'High-Volume Package',
    kind: 'context',
  },
  {
    id: 'package.high-volume.transfer',
    value: 50,
    unit: 'GB',
    section: 'High-Volume Package',
    kind: 'context',
  },
  {
    id: 'package.starter.transactions',
    value: 50,
    unit: 'requests/month',
    section: 'Paket Starter',
    kind: 'context',
    note: 'transactions are not told from other calls',
  },
  {
    id: 'package.professional.transactions',
    value: 500,
    unit: 'requests/month',
    section: 'Paket Professional',
    kind: 'context',
  },
  { id: 'alert.limit', value: 80, unit: '%', section: ALERTS, kind: 'input', note: 'of the limit of calls' },
  { id: 'alert.response', value: 2, unit: 's', section: ALERTS, kind: 'context' },
  { id: 'alert.errors', value: 5, unit: '%', section: 'Alert Thresholds', kind: 'context' },
  { id: 'alert.cache', value: 70, unit: '%', section: 'Alert Thresholds', kind: 'context' },
  { id: 'alert.resources', value: 80, unit: '%', section: 'Alert Thresholds', kind: 'context' },
  { id: 'alert.users', value: 90, unit: '%', section: 'Alert Thresholds', kind: 'context' },
  {
    id: 'live.cpu',
    value: 67.5,
    unit: '%',
    section: LIVE,
    kind: 'context',
    note: 'an example of one instant',
  },
  { id: 'live.memory', value: 78.2, unit: '%', section: LIVE, kind: 'context', note: 'of the same instant' },
  {
    id: 'live.users',
    value: 234,
    unit: 'people',
    section: LIVE,
    kind: 'context',
    note: 'of the same instant',
  },
  { id: 'live.users.peak', value: 456, unit: 'people', section: 'Get Usage Summary', kind: 'context' },
  {
    id: 'sla.starter',
    value: 99.5,
    unit: '%',
    section: SLA,
    kind: 'context',
    note: 'no failure is documented',
  },
  { id: 'sla.professional', value: 99.9, unit: '%', section: SLA, kind: 'context' },
  { id: 'sla.enterprise', value: 99.99, unit: '%', section: SLA, kind: 'context' },
] as const satisfies readonly Figure[];

/** The value of a figure of this document, in its own unit. */
export function documented(id: (typeof kspFigures)[number]['id']): number {
  return documentedIn(kspFigures, id);
}

const HUNDREDTH: Tolerance = { kind: 'relative', share: 0.01 };
/** Of a count around a tenth or a twentieth of the month. */
const RANDOM_COUNT: Tolerance = { kind: 'relative', share: 0.03 };
const FITTED: Tolerance = { kind: 'relative', share: 0.05 };
/** Cases 1 and 2 send files of sizes that are 10 % apart. */
const PREDICTED: Tolerance = { kind: 'relative', share: 0.15 };
const TENTH_OF_A_POINT: Tolerance = { kind: 'absolute', amount: 0.1 };

export const kspTolerances: Readonly<Record<string, Tolerance>> = {
  'steady.calls': HUNDREDTH,
  'steady.renderings': HUNDREDTH,
  'steady.cpu': FITTED,
  'steady.memory': FITTED,
  'steady.transfer': FITTED,
  'peak.calls.average': RANDOM_COUNT,
  'peak.calls': HUNDREDTH,
  'peak.renderings.average': RANDOM_COUNT,
  'peak.renderings': HUNDREDTH,
  'peak.transfer.average': PREDICTED,
  'peak.transfer': PREDICTED,
  'burst.calls.average': RANDOM_COUNT,
  'burst.calls': HUNDREDTH,
  'burst.renderings.average': RANDOM_COUNT,
  'burst.renderings': HUNDREDTH,
  'loans.response': FITTED,
  'members.response': FITTED,
  'transactions.response': FITTED,
  'loans.errors': TENTH_OF_A_POINT,
  'members.errors': TENTH_OF_A_POINT,
  'transactions.errors': TENTH_OF_A_POINT,
  'scaling.least': { kind: 'exact' },
  'scaling.most': { kind: 'at-most' },
  'scaling.cooldown': { kind: 'at-least' },
  'scaling.out.cpu': { kind: 'at-least' },
  'scaling.in.cpu': { kind: 'at-most' },
};
