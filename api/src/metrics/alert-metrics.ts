import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Evaluator } from '../alerts/evaluator/evaluator.ts';

const MS_PER_SECOND = 1_000;
/** A round begins each 5 s, and should take less than 2. */
const ROUND_BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

/** Adds what the evaluation of alerts tells of itself to a registry. */
export function observeAlerts(registry: Registry, evaluator: Pick<Evaluator, 'onRound' | 'status'>): void {
  const registers = [registry];
  const duration = new Histogram({
    name: 'riwayat_alert_round_duration_seconds',
    help: 'Time that a round of the evaluation of alerts took in this process',
    buckets: ROUND_BUCKETS_SECONDS,
    registers,
  });
  const rounds = new Counter({
    name: 'riwayat_alert_rounds_total',
    help: 'Rounds of the evaluation of alerts in this process',
    labelNames: ['outcome'] as const,
    registers,
  });
  const overTime = new Counter({
    name: 'riwayat_alert_rounds_over_time_total',
    help: 'Rounds that took longer than a round may: the next one began late',
    registers,
  });
  const news = new Counter({
    name: 'riwayat_alert_news_total',
    help: 'What became of alerts in rounds of this process',
    labelNames: ['kind'] as const,
    registers,
  });
  evaluator.onRound(({ seconds, succeeded, overTime: late, news: kinds }) => {
    duration.observe(seconds);
    rounds.inc({ outcome: succeeded ? 'succeeded' : 'failed' });
    overTime.inc(late ? 1 : 0);
    for (const kind of kinds) {
      news.inc({ kind });
    }
  });
  const gauges: [name: string, help: string, read: () => number][] = [
    [
      'riwayat_alert_evaluator',
      '1 in the process that evaluates alerts, 0 in those that stand by',
      () => (evaluator.status().holding ? 1 : 0),
    ],
    [
      'riwayat_alert_round_age_seconds',
      'Since any process last ended a round of the evaluation of alerts',
      () => (Date.now() - (evaluator.status().roundAt?.getTime() ?? Number.NaN)) / MS_PER_SECOND,
    ],
    ['riwayat_alert_rules', 'Rules that this process evaluates', () => evaluator.status().rules],
    [
      'riwayat_alert_readers_failing',
      'Readers of signals that could not read the last time',
      () => evaluator.status().failingReaders,
    ],
  ];
  for (const [name, help, read] of gauges) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }
}
