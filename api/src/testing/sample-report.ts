import type { UsageReport } from '../reports/report.ts';

const DAYS_SO_FAR = 15;

/** A report of a week in which much happened. */
export const SAMPLE_REPORT: UsageReport = {
  kind: 'weekly',
  start: '2026-11-09',
  end: '2026-11-15',
  usage: {
    calls: 184_322,
    errors: 412,
    bytes: 9_812_000_000,
    people: 1_204,
    peak: 131,
    p50_ms: 84.2,
    p95_ms: 612.4,
  },
  before: {
    calls: 171_020,
    errors: 640,
    bytes: 9_120_000_000,
    people: 1_204,
    peak: 120,
    p50_ms: 80,
    p95_ms: 580,
  },
  calls: [31_200, 29_870, 30_410, 28_950, 27_402, 21_320, 15_170],
  errors: [40, 31, 210, 52, 31, 28, 20],
  cost: {
    period: '742300',
    month: '2026-11',
    so_far: '1662900',
    expected: '3204000',
    budget: '3000000',
    days: Array.from({ length: DAYS_SO_FAR }, (_, day) => String(90_000 + ((day * 37) % 11) * 4_000)),
    days_in_month: 30,
  },
  alerts: {
    fired: { info: 0, warning: 2, critical: 1, emergency: 0 },
    lasting: 1,
    mean_seconds_to_resolve: 780,
    newest: [
      {
        name: 'Slow responses',
        severity: 'warning',
        fired_at: '2026-11-14T03:12:00.000Z',
        resolved_at: null,
      },
      {
        name: 'Error rate <above> 5%',
        severity: 'critical',
        fired_at: '2026-11-11T07:02:00.000Z',
        resolved_at: '2026-11-11T07:19:00.000Z',
      },
    ],
  },
  endpoints: [
    { endpoint: '/api/public/kursus', method: 'GET', calls: 61_203, p95_ms: 210.5, error_percent: 0.1 },
    {
      endpoint: '/api/pelanggan/pesan-sesi',
      method: 'POST',
      calls: 22_870,
      p95_ms: 1_420,
      error_percent: 1.2,
    },
    {
      endpoint: '/api/public/mentor/:id/jadwal',
      method: 'GET',
      calls: 18_400,
      p95_ms: 320,
      error_percent: 0,
    },
    { endpoint: '/api/materi/:id/unduh', method: 'POST', calls: 9_120, p95_ms: 880.2, error_percent: 0.4 },
    { endpoint: '/api/login', method: 'POST', calls: 7_730, p95_ms: 640, error_percent: 0 },
  ],
};
