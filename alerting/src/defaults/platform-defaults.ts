/*
 * What the people who run the platform are told of unless they want it otherwise. Limits are those of the documents;
 * where these have no figure, the comment says so.
 *
 * What always holds: what is sampled is read as the mean of a window, so that a moment is no alert; see the rules of
 * tenants for the rest.
 */
import { type DefaultRule, defaultRule } from './default-rule.ts';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Fewer calls than these, of all tenants together, say nothing. */
const LEAST_CALLS = 100;

export const PLATFORM_DEFAULTS: readonly DefaultRule[] = [
  // Chill Ajar, "Alert Triggers": high RAM usage, > 85 %; KSP, "Scaling Triggers": for five minutes.
  defaultRule(
    'memory-used',
    { en: 'Memory almost used up', id: 'Memori hampir habis' },
    {
      signal: 'memory_used',
      window: 5 * MINUTE,
      when: { kind: 'above', value: 85 },
      clear: { value: 80, for: 2 * MINUTE },
      severity: 'critical',
      repeat: HOUR,
    },
  ),
  // Chill Ajar, "Alert Triggers", and EduCounsel, "CloudWatch", alarms: CPU > 80 %; KSP, "Scaling Triggers": for five
  // minutes.
  defaultRule(
    'cpu-used',
    { en: 'CPU busy', id: 'CPU sibuk' },
    {
      signal: 'cpu_used',
      window: 5 * MINUTE,
      when: { kind: 'above', value: 80 },
      clear: { value: 70, for: 2 * MINUTE },
      severity: 'warning',
      repeat: HOUR,
    },
  ),
  // EduCounsel, "CloudWatch", alarms: disk space < 10 %; its "SNS", triggers, calls that critical.
  defaultRule(
    'disk-free',
    { en: 'Disk almost full', id: 'Disk hampir penuh' },
    {
      signal: 'disk_free',
      window: MINUTE,
      when: { kind: 'below', value: 10 },
      clear: { value: 12, for: 2 * MINUTE },
      severity: 'critical',
      repeat: 4 * HOUR,
    },
  ),
  // Chill Ajar, "Alert Triggers": database connection spike. It has no figure: twice as many as just before, of ten at
  // least.
  defaultRule(
    'connections-spike',
    { en: 'Spike of database connections', id: 'Lonjakan koneksi basis data' },
    {
      signal: 'database_connections',
      statistic: 'maximum',
      window: 5 * MINUTE,
      when: { kind: 'rise', percent: 100, than: 'window_before', least: 10 },
      clear: { value: 50, for: 2 * MINUTE },
      severity: 'warning',
    },
  ),
  // KSP, "Alert Thresholds": high resource usage, > 80 %.
  defaultRule(
    'pool-used',
    { en: 'Database connections almost used up', id: 'Koneksi basis data hampir habis' },
    {
      signal: 'database_pool_used',
      window: MINUTE,
      when: { kind: 'above', value: 80 },
      clear: { value: 70, for: 2 * MINUTE },
      severity: 'critical',
      repeat: HOUR,
    },
  ),
  // KSP, "Scaling Triggers": queue length > 1000.
  defaultRule(
    'queue-length',
    { en: 'Many jobs wait', id: 'Antrean pekerjaan panjang' },
    {
      signal: 'queue_length',
      window: MINUTE,
      when: { kind: 'above', value: 1_000 },
      clear: { value: 800, for: 2 * MINUTE },
      severity: 'warning',
      repeat: HOUR,
    },
  ),
  // The documents have no figure. Half a second late is half of where requests begin to be turned away.
  defaultRule(
    'event-loop-lag',
    { en: 'Application answers late', id: 'Aplikasi terlambat menjawab' },
    {
      signal: 'event_loop_lag',
      window: MINUTE,
      when: { kind: 'above', value: 500 },
      clear: { value: 200, for: 2 * MINUTE },
      severity: 'warning',
      repeat: HOUR,
    },
  ),
  // The documents have no figure; every row that was taken in is stored, refused or on its way. Rows on their way between
  // two readings are no loss.
  defaultRule(
    'ledger-difference',
    { en: 'Recorded rows are missing', id: 'Ada baris tercatat yang hilang' },
    {
      signal: 'ledger_difference',
      window: 0,
      when: { kind: 'above', value: 0 },
      for: MINUTE,
      clear: { for: MINUTE },
      severity: 'critical',
      repeat: 4 * HOUR,
    },
  ),
  // The documents have no figure; rows are sent after a second, and again and again while the store does not answer.
  defaultRule(
    'spool-age',
    { en: 'Recorded rows are not stored', id: 'Baris tercatat belum tersimpan' },
    {
      signal: 'spool_age',
      window: 0,
      when: { kind: 'above', value: MINUTE },
      clear: { value: 30, for: MINUTE },
      severity: 'critical',
      repeat: HOUR,
    },
  ),
  // Chill Ajar, "Optimizations Implemented": four snapshots a day, so one in six hours, with two hours to be made in.
  defaultRule(
    'backup-age',
    { en: 'Backup is late', id: 'Cadangan terlambat' },
    {
      signal: 'backup_age',
      window: 0,
      when: { kind: 'above', value: 8 },
      severity: 'critical',
      repeat: DAY,
    },
  ),
  // EduCounsel, "SNS", triggers: SSL certificate expiring. It has no figure: two weeks, for people to do something.
  defaultRule(
    'certificate-days',
    { en: 'Certificate ends soon', id: 'Sertifikat segera berakhir' },
    {
      signal: 'certificate_days',
      window: 0,
      when: { kind: 'below', value: 14 },
      severity: 'critical',
      repeat: DAY,
    },
  ),
  // Chill Ajar, "Optimizations Implemented": found in less than 30 seconds.
  defaultRule(
    'instance-silence',
    { en: 'Instance is silent', id: 'Instans tidak terdengar' },
    {
      signal: 'instance_silence',
      window: 0,
      when: { kind: 'above', value: 25 },
      clear: { for: 30 },
      severity: 'critical',
      repeat: HOUR,
    },
  ),
  // KSP, "Alert Thresholds": high error rate, > 5 %; EduCounsel, "CloudWatch", alarms.
  defaultRule(
    'platform-error-rate',
    { en: 'Many errors, all tenants together', id: 'Banyak kesalahan di seluruh tenant' },
    {
      signal: 'error_rate',
      window: 5 * MINUTE,
      least: LEAST_CALLS,
      when: { kind: 'above', value: 5 },
      clear: { value: 3, for: 5 * MINUTE },
      missing: 'clear',
      severity: 'emergency',
      repeat: HOUR,
    },
  ),
  // KSP, "Alert Thresholds": high response time, > 2 seconds.
  defaultRule(
    'platform-response-time',
    { en: 'Slow responses, all tenants together', id: 'Respons lambat di seluruh tenant' },
    {
      signal: 'response_time',
      window: 5 * MINUTE,
      least: LEAST_CALLS,
      when: { kind: 'above', value: 2_000 },
      clear: { value: 1_500, for: 5 * MINUTE },
      missing: 'clear',
      severity: 'critical',
      repeat: HOUR,
    },
  ),
];
