import { documented, type FigureId, figure } from '../figures/figures.ts';
import { USER_ROLES } from '../population/user-class.ts';
import { LOW_TOLERANCE, PEAK_TOLERANCE } from '../workload/appointments.ts';
import { LOW_FROM, LOW_UNTIL, PEAK_FROM, PEAK_UNTIL } from '../workload/day-curves.ts';
import type { MonthSummary } from './month-summary.ts';

/**
 * - `exact`: must agree to the request, and does; `differs`: must, and does not;
 * - `near`: random, and as near as one month of it should be; `far`: random, and not;
 * - `contradicted`: the document disagrees with itself, so both numbers stand side by side.
 */
export type Verdict = 'exact' | 'differs' | 'near' | 'far' | 'contradicted';

export type Section =
  | 'totals'
  | 'week-2'
  | 'roles'
  | 'mentors'
  | 'hours'
  | 'setup'
  | 'normal'
  | 'quality'
  | 'latency';

/** One documented number beside the generated one. */
export interface ReportRow {
  readonly section: Section;
  /** Key of the row's label: a figure's id, or one of the derived totals. */
  readonly label: FigureId | 'requests.month' | 'requests.days-3-7';
  readonly documented: number;
  readonly generated: number;
  readonly unit: '' | '%' | 'ms';
  readonly verdict: Verdict;
  /** How far one month may be off; of rows that are near or far. */
  readonly tolerance?: number;
  /** The figure whose note says what contradicts it. */
  readonly note?: FigureId;
}

const NORMAL_DAYS = 5;
const DAYS_BEFORE_WEEK_2 = 7;
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const MENTORS = ['mentor-superstar', 'mentor-regular', 'mentor-novice'] as const;
const SETUP_PARTS = ['registration', 'login', 'profile', 'browsing', 'mentor'] as const;
const NORMAL_PARTS = ['browsing', 'login', 'booking', 'proof', 'admin', 'mentor'] as const;

/** Of counts of rare events, in standard deviations of a Poisson count. */
const RARE_DEVIATIONS = 3.5;
const ERROR_TOLERANCE_PERCENT = 0.3;
const CACHE_TOLERANCE_PERCENT = 6;
/** Mean times, as a share of the documented mean: the rarest of these requests comes about 90 times a month. */
const LATENCY_TOLERANCE = 0.25;

const LATENCIES = [
  ['latency.courses', 'GET /api/public/kursus'],
  ['latency.mentors', 'GET /api/public/mentor'],
  ['latency.login', 'POST /api/login'],
  ['latency.sessions-list', 'GET /api/mentor/daftar-sesi'],
  ['latency.booking', 'POST /api/pelanggan/pesan-sesi'],
  ['latency.verification', 'POST /api/admin/verifikasi-pembayaran'],
  ['latency.upload', 'POST /api/pelanggan/bukti-pembayaran'],
] as const;

/** Every number of the document that a generated month can be held against. */
export function reportOn(month: MonthSummary): ReportRow[] {
  const { days } = month;
  const stretch = (from: number, until: number): number => sum(days.slice(from, until));
  const weekOne = stretch(0, 7);
  return [
    exact('totals', 'requests.days-1-2', documented('requests.days-1-2'), stretch(0, 2)),
    exact(
      'totals',
      'requests.days-3-7',
      NORMAL_DAYS * documented('requests.days-3-7.per-day'),
      stretch(2, 7),
    ),
    exact('totals', 'requests.week-2', documented('requests.week-2'), stretch(7, 14)),
    contradicted('totals', 'requests.week-2.growth', growth(stretch(7, 14), weekOne), '%'),
    exact('totals', 'requests.week-3', documented('requests.week-3'), stretch(14, 21)),
    exact('totals', 'requests.days-22-30', documented('requests.days-22-30'), stretch(21, 30)),
    contradicted(
      'totals',
      'requests.days-22-30.weekday',
      mean(days.filter((_, day) => day >= 21 && day % 7 < 5)),
    ),
    contradicted(
      'totals',
      'requests.days-22-30.weekend',
      mean(days.filter((_, day) => day >= 21 && day % 7 >= 5)),
    ),
    exact('totals', 'requests.month', documentedMonthTotal(), month.total),
    ...WEEKDAYS.map((name, index) => {
      const id = `requests.week-2.${name}` as const;
      return exact('week-2', id, documented(id), days[DAYS_BEFORE_WEEK_2 + index] ?? 0);
    }),
    ...USER_ROLES.map((role) => {
      const id = `requests.week-3.${role}` as const;
      return exact('roles', id, documented(id), month.roles[role] ?? 0);
    }),
    ...MENTORS.map((name) => {
      const people = documented(`population.${name}`);
      return exact(
        'mentors',
        `requests.${name}`,
        documented(`requests.${name}`),
        (month.classes[name] ?? 0) / people,
      );
    }),
    random(
      'hours',
      'requests.days-22-30.peak-hour',
      mean(month.hours.slice(PEAK_FROM, PEAK_UNTIL)),
      PEAK_TOLERANCE * documented('requests.days-22-30.peak-hour'),
    ),
    random(
      'hours',
      'requests.days-22-30.low-hour',
      mean(month.hours.slice(LOW_FROM, LOW_UNTIL)),
      LOW_TOLERANCE * documented('requests.days-22-30.low-hour'),
    ),
    ...SETUP_PARTS.map((group) =>
      contradicted('setup', `requests.days-1-2.${group}`, month.groups['days-1-2'][group] ?? 0),
    ),
    ...NORMAL_PARTS.map((group) =>
      contradicted(
        'normal',
        `requests.days-3-7.${group}`,
        (month.groups['days-3-7'][group] ?? 0) / NORMAL_DAYS,
      ),
    ),
    rare('security.failed-logins', month.failedLogins),
    rare('security.rate-limited', month.rateLimited),
    rare('security.rejected-uploads', month.rejectedUploads),
    contradicted('quality', 'security.token-renewals', month.tokenRenewals),
    random('quality', 'errors.days-22-30', month.errorPercent, ERROR_TOLERANCE_PERCENT, '%'),
    random('quality', 'cache.week-4', month.cacheHitPercent, CACHE_TOLERANCE_PERCENT, '%'),
    ...LATENCIES.map(([id, route]) =>
      random('latency', id, month.endpoints[route]?.meanMs ?? 0, LATENCY_TOLERANCE * documented(id), 'ms'),
    ),
  ];
}

/** True when every figure that must be met exactly is. */
export function isFaithful(rows: readonly ReportRow[]): boolean {
  return rows.every(({ verdict }) => verdict !== 'differs');
}

function documentedMonthTotal(): number {
  return (
    documented('requests.days-1-2') +
    NORMAL_DAYS * documented('requests.days-3-7.per-day') +
    documented('requests.week-2') +
    documented('requests.week-3') +
    documented('requests.days-22-30')
  );
}

function exact(section: Section, label: ReportRow['label'], wanted: number, generated: number): ReportRow {
  const verdict = wanted === generated ? 'exact' : 'differs';
  return { section, label, documented: wanted, generated, unit: '', verdict };
}

function random(
  section: Section,
  id: FigureId,
  generated: number,
  tolerance: number,
  unit: ReportRow['unit'] = '',
): ReportRow {
  const wanted = documented(id);
  const verdict = Math.abs(generated - wanted) <= tolerance ? 'near' : 'far';
  return { section, label: id, documented: wanted, generated, unit, verdict, tolerance };
}

function rare(id: FigureId, generated: number): ReportRow {
  return random('quality', id, generated, RARE_DEVIATIONS * Math.sqrt(documented(id)));
}

function contradicted(
  section: Section,
  id: FigureId,
  generated: number,
  unit: ReportRow['unit'] = '',
): ReportRow {
  return {
    section,
    label: id,
    documented: figure(id).value,
    generated,
    unit,
    verdict: 'contradicted',
    note: id,
  };
}

function growth(now: number, before: number): number {
  return 100 * (now / before - 1);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
