import type { ALERTS, MemoryPart } from '../run/month-run.ts';
import type { DRAWN_STATE } from '../validation/run-series.ts';
import type { Language } from './language.ts';

/** Heading of a chart, and how to read it. */
interface ChartWords {
  readonly title: string;
  readonly about: string;
}

/** What the page says around and within its charts. */
export interface ChartTexts {
  readonly drawn: string;
  readonly keys: string;
  readonly memory: ChartWords;
  readonly state: ChartWords;
  readonly alerts: ChartWords;
  readonly requestsByDay: ChartWords;
  readonly requestsByHour: ChartWords;
  readonly heatMap: ChartWords;
  readonly latency: ChartWords;
  readonly asTable: string;
  readonly highestAsTable: string;
  readonly day: string;
  readonly hour: string;
  readonly time: string;
  readonly total: string;
  readonly requests: string;
  readonly documented: string;
  readonly simulated: string;
  readonly none: string;
  readonly endpoint: string;
  readonly mean: string;
  readonly documentedMean: string;
  readonly simulatedMean: string;
  readonly median: string;
  readonly p95: string;
  readonly medianToP95: string;
  readonly rule: string;
  readonly documentedInstant: string;
  readonly documentedLevel: string;
  readonly limit: string;
  readonly memoryParts: Readonly<Record<MemoryPart, string>>;
  readonly states: Readonly<Record<(typeof DRAWN_STATE)[number], string>>;
  readonly alertKinds: Readonly<Record<(typeof ALERTS)[number], string>>;
}

const EN: ChartTexts = {
  drawn: 'The charts show replication 0, times to answer and the table all of them.',
  keys: 'Arrow keys move through a chart, with Shift in longer steps; + and − zoom a chart over time, 0 shows all of it.',
  memory: { title: 'Memory by component', about: 'GB, stacked.' },
  state: { title: 'Concurrency', about: 'Of every half hour the lowest and the highest sample.' },
  alerts: { title: 'Alerts', about: 'When each rule began to fire.' },
  requestsByDay: { title: 'Requests a day', about: 'The document gives the days of week 2.' },
  requestsByHour: {
    title: 'Requests an hour, weekdays of days 22-30',
    about: 'Means. The document gives the busiest and the quietest hours.',
  },
  heatMap: {
    title: 'Requests by day and hour',
    about: 'Each column is a day, each row an hour; the stronger the colour, the more requests.',
  },
  latency: {
    title: 'Time to answer, by endpoint',
    about: 'Milliseconds of answers without an error, on a logarithmic scale; the slowest first.',
  },
  asTable: 'As a table',
  highestAsTable: 'As a table: the highest of each day',
  day: 'day',
  hour: 'hour',
  time: 'time',
  total: 'total',
  requests: 'requests',
  documented: 'documented',
  simulated: 'simulated',
  none: 'none',
  endpoint: 'endpoint',
  mean: 'mean',
  documentedMean: 'documented mean',
  simulatedMean: 'simulated mean',
  median: 'median',
  p95: '95th percentile',
  medianToP95: 'simulated median to 95th percentile',
  rule: 'rule',
  documentedInstant: 'documented at an instant',
  documentedLevel: 'documented mean or level of these days',
  limit: 'memory of the machine',
  memoryParts: {
    application: 'application',
    database: 'database',
    cache: 'cache',
    sessions: 'sessions',
    'file-buffers': 'file buffers',
    system: 'system',
  },
  states: {
    users: 'concurrent users',
    sessions: 'sessions kept',
    connections: 'database connections',
    uploads: 'uploads under way',
    'queued-jobs': 'jobs queued',
  },
  alertKinds: {
    memory: 'memory',
    cpu: 'CPU',
    connections: 'connections',
    'response-time': 'response time',
    disk: 'disk',
    security: 'security',
  },
};

const ID: ChartTexts = {
  drawn: 'Grafik menunjukkan replikasi 0; waktu jawab dan tabel menunjukkan semuanya.',
  keys: 'Tombol panah menyusuri grafik, dengan Shift lebih jauh; + dan − memperbesar dan memperkecil grafik waktu, 0 menampilkan semuanya.',
  memory: { title: 'Memori per komponen', about: 'GB, bertumpuk.' },
  state: { title: 'Konkurensi', about: 'Dari tiap setengah jam, sampel terendah dan tertinggi.' },
  alerts: { title: 'Peringatan', about: 'Saat tiap aturan mulai menyala.' },
  requestsByDay: { title: 'Permintaan per hari', about: 'Dokumen memberi hari-hari minggu 2.' },
  requestsByHour: {
    title: 'Permintaan per jam, hari kerja hari 22-30',
    about: 'Rata-rata. Dokumen memberi jam tersibuk dan jam tersepi.',
  },
  heatMap: {
    title: 'Permintaan per hari dan jam',
    about: 'Tiap kolom satu hari, tiap baris satu jam; makin kuat warnanya, makin banyak permintaan.',
  },
  latency: {
    title: 'Waktu jawab per endpoint',
    about: 'Milidetik jawaban tanpa galat, skala logaritmik; yang paling lambat di atas.',
  },
  asTable: 'Sebagai tabel',
  highestAsTable: 'Sebagai tabel: yang tertinggi tiap hari',
  day: 'hari',
  hour: 'jam',
  time: 'pukul',
  total: 'total',
  requests: 'permintaan',
  documented: 'dokumen',
  simulated: 'simulasi',
  none: 'tidak ada',
  endpoint: 'endpoint',
  mean: 'rata-rata',
  documentedMean: 'rata-rata dokumen',
  simulatedMean: 'rata-rata simulasi',
  median: 'median',
  p95: 'persentil ke-95',
  medianToP95: 'median sampai persentil ke-95 simulasi',
  rule: 'aturan',
  documentedInstant: 'dokumen, pada satu saat',
  documentedLevel: 'rata-rata atau taraf dokumen untuk hari-hari ini',
  limit: 'memori server',
  memoryParts: {
    application: 'aplikasi',
    database: 'database',
    cache: 'cache',
    sessions: 'sesi',
    'file-buffers': 'buffer berkas',
    system: 'sistem',
  },
  states: {
    users: 'pengguna bersamaan',
    sessions: 'sesi tersimpan',
    connections: 'koneksi database',
    uploads: 'upload berjalan',
    'queued-jobs': 'pekerjaan antre',
  },
  alertKinds: {
    memory: 'memori',
    cpu: 'CPU',
    connections: 'koneksi',
    'response-time': 'waktu jawab',
    disk: 'disk',
    security: 'keamanan',
  },
};

export function chartTexts(language: Language): ChartTexts {
  return language === 'id' ? ID : EN;
}
