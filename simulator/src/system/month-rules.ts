/*
 * The rules by which the documented month has its alerts, as data of @riwayat/alerting.
 *
 * What always holds: nothing is waited for and nothing damped, because the document counts every time that something was
 * beyond its limit; and what says nothing clears. The signal is what an alert of the kind is about. What is read of the
 * month is said with each rule, because the document names limits for two kinds, and for the others only what happened.
 */
import { type RuleInput, ruleSchema } from '@riwayat/alerting';
import { MONITOR_MINUTES } from '../memory/settings.ts';
import { type AlertEvent, SAMPLE_SECONDS } from '../run/month-run.ts';
import type { MonthRule } from './alerts.ts';

/** Spans of the rules, in samples of a minute each. */
export const SECURITY_SPAN = 10;
export const CONNECTION_SPAN = 60;
export const RESPONSE_SPAN = 15;
/** Fewer answers than these say nothing about response times. */
export const LEAST_ANSWERS = 30;

/**
 * Of the machine's memory, means of five minutes, one after another: documented as "above 85 %", and nothing of when it
 * clears.
 */
export const MEMORY_RULE = monthRule(
  'memory',
  {
    signal: 'memory_used',
    window: MONITOR_MINUTES * SAMPLE_SECONDS,
    when: { kind: 'above', value: 85 },
    severity: 'critical',
  },
  MONITOR_MINUTES,
);

/** Of all cores in a minute; documented above 80 %. */
export const CPU_RULE = monthRule('cpu', {
  signal: 'cpu_used',
  window: SAMPLE_SECONDS,
  when: { kind: 'above', value: 80 },
  clear: { value: 60 },
  severity: 'warning',
});

/** Calls refused in ten minutes: the document says "anomaly" only. */
export const SECURITY_RULE = monthRule('security', {
  signal: 'security_incidents',
  only: { incident: 'rate-limited' },
  window: SECURITY_SPAN * SAMPLE_SECONDS,
  when: { kind: 'above', value: 2.5 },
  clear: { value: 0 },
  severity: 'critical',
});

/**
 * What of the answers in a quarter of an hour took longer than a second, twice the documented target: percent, as no
 * signal of the catalogue says it.
 */
export const RESPONSE_RULE = monthRule('response-time', {
  signal: 'response_time',
  window: RESPONSE_SPAN * SAMPLE_SECONDS,
  when: { kind: 'above', value: 10 },
  clear: { value: 5 },
  severity: 'warning',
});

/** Of the disk: the document says "warning" only, 20 % is usual. */
export const DISK_RULE = monthRule('disk', {
  signal: 'disk_free',
  window: SAMPLE_SECONDS,
  when: { kind: 'below', value: 20 },
  clear: { value: 30 },
  severity: 'warning',
});

/** The rule for connections: so many above the mean of the hour before. */
export function connectionRule(rise: number): MonthRule {
  return monthRule('connections', {
    signal: 'database_connections',
    statistic: 'maximum',
    window: SAMPLE_SECONDS,
    when: { kind: 'above', value: rise },
    clear: { value: rise / 2 },
    severity: 'warning',
  });
}

function monthRule(kind: AlertEvent['kind'], rule: RuleInput, every = 1): MonthRule {
  return {
    kind,
    rule: ruleSchema.parse({ missing: 'clear', flapping: { times: 2, within: 0, calm: 0 }, ...rule }),
    every,
  };
}
