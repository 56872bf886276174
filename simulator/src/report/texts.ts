import type { ALERTS, MemoryPart } from '../run/month-run.ts';
import type { Verdict } from '../validation/compare.ts';
import type { DRAWN_STATE } from '../validation/run-series.ts';
import type { Tolerance } from '../validation/tolerance.ts';
import { type Language, LOCALES } from './language.ts';

/** What the table and the page say of a comparison. */
export interface ReportTexts {
  readonly title: (scenario: string) => string;
  readonly made: (replications: number, seed: number) => string;
  readonly columns: {
    readonly figure: string;
    readonly documented: string;
    readonly simulated: string;
    readonly interval: string;
    readonly tolerance: string;
    readonly verdict: string;
    readonly why: string;
  };
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly heldOut: string;
  readonly heldOutNote: string;
  readonly contradicted: string;
  readonly notSimulated: (count: number) => string;
  readonly passed: (met: number) => string;
  readonly failed: (missed: number, judged: number) => string;
  readonly tolerance: (tolerance: Tolerance, unit: string, number: Intl.NumberFormat) => string;
  readonly why: Readonly<Record<'input' | 'context' | 'unmeasured', string>>;
  readonly page: {
    readonly skip: string;
    readonly drawn: string;
    readonly keys: string;
    readonly memory: string;
    readonly memoryAbout: string;
    readonly requestsByDay: string;
    readonly requestsByHour: string;
    readonly heatMap: string;
    readonly heatMapAbout: string;
    readonly latency: string;
    readonly latencyAbout: string;
    readonly state: string;
    readonly stateAbout: string;
    readonly alerts: string;
    readonly alertsAbout: string;
    readonly figures: string;
    readonly others: string;
    readonly requests: string;
    readonly hour: string;
  };
  readonly day: string;
  readonly total: string;
  readonly limit: string;
  readonly memoryParts: Readonly<Record<MemoryPart, string>>;
  readonly states: Readonly<Record<(typeof DRAWN_STATE)[number], string>>;
  readonly alertKinds: Readonly<Record<(typeof ALERTS)[number], string>>;
}

const PERCENT = 100;
/** Name of the scenario that changes nothing. */
const DOCUMENTED = 'documented';

const EN: ReportTexts = {
  title: (scenario) =>
    `Documented and simulated: ${scenario === DOCUMENTED ? 'the documented month' : scenario}`,
  made: (replications, seed) =>
    `${replications} ${replications === 1 ? 'replication' : 'replications'}, seed ${seed}`,
  columns: {
    figure: 'figure',
    documented: 'documented',
    simulated: 'simulated mean',
    interval: '95 % interval',
    tolerance: 'tolerance',
    verdict: 'verdict',
    why: 'why not',
  },
  verdicts: {
    met: 'met',
    missed: 'MISSED',
    contradicted: 'contradicted',
    'not judged': 'not judged',
    'not simulated': 'not simulated',
  },
  heldOut: 'held out',
  heldOutNote: 'Held out: not used when the model was fitted, only predicted.',
  contradicted: 'Contradicted: the document disagrees with itself',
  notSimulated: (count) => `${count} more figures are inputs of the simulation or stand beside it.`,
  passed: (met) => `All ${met} figures that are judged are within their tolerance.`,
  failed: (missed, judged) => `${missed} of ${judged} figures that are judged are outside their tolerance.`,
  tolerance: (tolerance, unit, number) => {
    switch (tolerance.kind) {
      case 'exact':
        return 'exact';
      case 'relative':
        return `± ${number.format(PERCENT * tolerance.share)} %`;
      case 'absolute':
        return `± ${withUnit(number.format(tolerance.amount), unit === '%' ? 'points' : unit)}`;
      case 'at-most':
        return 'at most';
      case 'at-least':
        return 'at least';
      case 'range':
        return withUnit(`${number.format(tolerance.low)} to ${number.format(tolerance.high)}`, unit);
      case 'prediction':
        return `in ${number.format(PERCENT * tolerance.confidence)} % prediction`;
    }
  },
  why: {
    input: 'drives the simulation',
    context: 'stands beside the simulation',
    unmeasured: 'is not measured by the model',
  },
  page: {
    skip: 'Skip to the table of figures',
    drawn: 'The charts show replication 0; the table all of them.',
    keys: 'Arrow keys move through a chart, with Shift in longer steps; + and − zoom, 0 shows all.',
    memory: 'Memory by component',
    memoryAbout:
      'GB, stacked. Diamonds: documented instants. Thick lines: documented means and levels over their days. Dashed: memory of the machine.',
    requestsByDay: 'Requests a day',
    requestsByHour: 'Requests an hour, weekdays of days 22-30',
    heatMap: 'Requests by day and hour',
    heatMapAbout: 'Each column is a day, each row an hour; the darker, the more requests.',
    latency: 'Time to answer, by endpoint',
    latencyAbout:
      'Milliseconds over all replications, on a logarithmic scale. Bar: median to 95th percentile. Dot: mean. Diamond: documented mean.',
    state: 'Concurrency',
    stateAbout: 'Of every half hour the lowest and the highest sample.',
    alerts: 'Alerts',
    alertsAbout: 'When each rule began to fire.',
    figures: 'Figures',
    others: 'Figures that are not simulated',
    requests: 'requests',
    hour: 'hour',
  },
  day: 'day',
  total: 'total',
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

const ID: ReportTexts = {
  title: (scenario) => `Dokumen dan simulasi: ${scenario === DOCUMENTED ? 'bulan terdokumentasi' : scenario}`,
  made: (replications, seed) => `${replications} replikasi, seed ${seed}`,
  columns: {
    figure: 'angka',
    documented: 'dokumen',
    simulated: 'rata-rata simulasi',
    interval: 'selang 95 %',
    tolerance: 'toleransi',
    verdict: 'penilaian',
    why: 'mengapa tidak',
  },
  verdicts: {
    met: 'terpenuhi',
    missed: 'MELESET',
    contradicted: 'bertentangan',
    'not judged': 'tidak dinilai',
    'not simulated': 'tidak disimulasikan',
  },
  heldOut: 'disisihkan',
  heldOutNote: 'Disisihkan: tidak dipakai saat model dicocokkan, hanya diramalkan.',
  contradicted: 'Bertentangan: dokumen tidak sejalan dengan dirinya sendiri',
  notSimulated: (count) => `${count} angka lain adalah masukan simulasi atau pendamping saja.`,
  passed: (met) => `Semua ${met} angka yang dinilai berada dalam toleransinya.`,
  failed: (missed, judged) => `${missed} dari ${judged} angka yang dinilai berada di luar toleransinya.`,
  tolerance: (tolerance, unit, number) => {
    switch (tolerance.kind) {
      case 'exact':
        return 'tepat';
      case 'relative':
        return `± ${number.format(PERCENT * tolerance.share)} %`;
      case 'absolute':
        return `± ${withUnit(number.format(tolerance.amount), unit === '%' ? 'poin' : unit)}`;
      case 'at-most':
        return 'paling banyak';
      case 'at-least':
        return 'paling sedikit';
      case 'range':
        return withUnit(`${number.format(tolerance.low)} sampai ${number.format(tolerance.high)}`, unit);
      case 'prediction':
        return `dalam prediksi ${number.format(PERCENT * tolerance.confidence)} %`;
    }
  },
  why: {
    input: 'menggerakkan simulasi',
    context: 'mendampingi simulasi',
    unmeasured: 'tidak diukur oleh model',
  },
  page: {
    skip: 'Langsung ke tabel angka',
    drawn: 'Grafik menunjukkan replikasi 0; tabel menunjukkan semuanya.',
    keys: 'Tombol panah menyusuri grafik, dengan Shift lebih jauh; + dan − memperbesar dan memperkecil, 0 menampilkan semua.',
    memory: 'Memori per komponen',
    memoryAbout:
      'GB, bertumpuk. Wajik: saat yang terdokumentasi. Garis tebal: rata-rata dan taraf terdokumentasi. Putus-putus: memori server.',
    requestsByDay: 'Permintaan per hari',
    requestsByHour: 'Permintaan per jam, hari kerja hari 22-30',
    heatMap: 'Permintaan per hari dan jam',
    heatMapAbout: 'Tiap kolom satu hari, tiap baris satu jam; makin gelap makin banyak permintaan.',
    latency: 'Waktu jawab per endpoint',
    latencyAbout:
      'Milidetik dari semua replikasi, skala logaritmik. Batang: median sampai persentil ke-95. Titik: rata-rata. Wajik: rata-rata terdokumentasi.',
    state: 'Konkurensi',
    stateAbout: 'Dari tiap setengah jam, sampel terendah dan tertinggi.',
    alerts: 'Peringatan',
    alertsAbout: 'Saat tiap aturan mulai menyala.',
    figures: 'Angka',
    others: 'Angka yang tidak disimulasikan',
    requests: 'permintaan',
    hour: 'jam',
  },
  day: 'hari',
  total: 'total',
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

export function reportTexts(language: Language): ReportTexts {
  return language === 'id' ? ID : EN;
}

/** Numbers of the report: enough digits to tell 247 from 247.3, and 0.289 from 0.3. */
export function reportNumbers(language: Language): Intl.NumberFormat {
  return new Intl.NumberFormat(LOCALES[language], { maximumSignificantDigits: 4 });
}

/** A number with its unit; counts have none. */
export function withUnit(number: string, unit: string): string {
  return UNITLESS.has(unit) ? number : `${number} ${unit}`;
}

const UNITLESS: ReadonlySet<string> = new Set([
  'count',
  'people',
  'sessions',
  'requests',
  'requests/day',
  'requests/hour',
  'requests/month',
]);
