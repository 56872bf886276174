import type { Severity } from '../rules/rule.ts';
import type { Incident, Statistic } from '../signals/signal.ts';
import type { SignalKey } from '../signals/signals.ts';
import type { LocalText } from './language.ts';

/** What signals are called; in English in the singular, because sentences are made of them. */
export const SIGNAL_NAMES: Readonly<Record<SignalKey, LocalText>> = {
  response_time: { en: 'Mean response time', id: 'Rata-rata waktu respons' },
  response_time_p95: { en: '95th percentile of response times', id: 'Persentil ke-95 waktu respons' },
  response_time_p99: { en: '99th percentile of response times', id: 'Persentil ke-99 waktu respons' },
  error_rate: { en: 'Error rate', id: 'Tingkat kesalahan' },
  throughput: { en: 'Throughput of requests', id: 'Laju permintaan' },
  cache_hit_ratio: { en: 'Cache hit ratio', id: 'Rasio cache kena' },
  concurrent_users: { en: 'Number of concurrent users', id: 'Jumlah pengguna bersamaan' },
  capacity_used: {
    en: 'Use of the capacity for concurrent users',
    id: 'Pemakaian kapasitas pengguna bersamaan',
  },
  silence: { en: 'Time since the last request', id: 'Waktu sejak permintaan terakhir' },
  security_incidents: { en: 'Number of security incidents', id: 'Jumlah insiden keamanan' },
  limit_used: { en: 'Use of the plan’s limit', id: 'Pemakaian batas paket' },
  budget_used: { en: 'Use of the budget', id: 'Pemakaian anggaran' },
  budget_forecast: { en: 'Forecast use of the budget', id: 'Perkiraan pemakaian anggaran' },
  budget_burn: { en: 'Speed at which the budget is used up', id: 'Kecepatan pemakaian anggaran' },
  memory_used: { en: 'Memory use', id: 'Pemakaian memori' },
  cpu_used: { en: 'CPU use', id: 'Pemakaian CPU' },
  disk_free: { en: 'Free disk space', id: 'Ruang disk kosong' },
  database_connections: { en: 'Number of database connections', id: 'Jumlah koneksi basis data' },
  database_pool_used: {
    en: 'Use of the database connection pool',
    id: 'Pemakaian kumpulan koneksi basis data',
  },
  queue_length: { en: 'Number of waiting jobs', id: 'Jumlah pekerjaan yang menunggu' },
  event_loop_lag: { en: 'Lag of the event loop', id: 'Keterlambatan event loop' },
  instance_silence: {
    en: 'Time since the instance’s last sample',
    id: 'Waktu sejak sampel terakhir instans',
  },
  spool_age: { en: 'Age of the oldest row not stored', id: 'Umur baris tertua yang belum tersimpan' },
  ledger_difference: { en: 'Difference of the ledger', id: 'Selisih buku besar' },
  backup_age: { en: 'Age of the last backup', id: 'Umur cadangan terakhir' },
  certificate_days: { en: 'Time until the certificate ends', id: 'Waktu hingga sertifikat berakhir' },
};

export const STATISTIC_NAMES: Readonly<Record<Statistic, LocalText>> = {
  mean: { en: 'mean', id: 'rata-rata' },
  maximum: { en: 'maximum', id: 'maksimum' },
  minimum: { en: 'minimum', id: 'minimum' },
  last: { en: 'last value', id: 'nilai terakhir' },
};

export const INCIDENT_NAMES: Readonly<Record<Incident, LocalText>> = {
  'failed-logins': { en: 'failed log-ins', id: 'kegagalan masuk' },
  'refused-uploads': { en: 'refused uploads', id: 'unggahan ditolak' },
  'rate-limited': { en: 'too many calls', id: 'panggilan terlalu sering' },
  'foreign-origin': { en: 'calls from foreign pages', id: 'panggilan dari situs asing' },
  'forged-webhooks': { en: 'forged webhooks', id: 'webhook palsu' },
  'cross-tenant': { en: 'reaching for another tenant', id: 'akses ke tenant lain' },
};

export const SEVERITY_NAMES: Readonly<Record<Severity, LocalText>> = {
  info: { en: 'Information', id: 'Informasi' },
  warning: { en: 'Warning', id: 'Peringatan' },
  critical: { en: 'Critical', id: 'Kritis' },
  emergency: { en: 'Emergency', id: 'Darurat' },
};
