import type { SignalKey } from '@riwayat/alerting';

/** What alerts can be about, by who has to do with it. */
export const TOPICS = ['limits', 'costs', 'performance', 'resources', 'security'] as const;
export type Topic = (typeof TOPICS)[number];

const TOPIC_OF: Readonly<Record<SignalKey, Topic>> = {
  limit_used: 'limits',
  budget_used: 'costs',
  budget_forecast: 'costs',
  budget_burn: 'costs',
  response_time: 'performance',
  response_time_p95: 'performance',
  response_time_p99: 'performance',
  error_rate: 'performance',
  throughput: 'performance',
  cache_hit_ratio: 'performance',
  concurrent_users: 'performance',
  capacity_used: 'performance',
  silence: 'performance',
  security_incidents: 'security',
  memory_used: 'resources',
  cpu_used: 'resources',
  disk_free: 'resources',
  database_connections: 'resources',
  database_pool_used: 'resources',
  queue_length: 'resources',
  event_loop_lag: 'resources',
  instance_silence: 'resources',
  spool_age: 'resources',
  ledger_difference: 'resources',
  backup_age: 'resources',
  certificate_days: 'resources',
};

/** What an alert of a signal is about. */
export function topicOf(signal: SignalKey): Topic {
  return TOPIC_OF[signal];
}
