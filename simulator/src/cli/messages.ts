import { type FigureId, figure } from '../figures/figures.ts';
import { chartTexts } from '../report/chart-texts.ts';
import type { Language } from '../report/language.ts';
import { MEMORY } from '../run/month-run.ts';
import type { ReportRow, Section, Verdict } from './month-report.ts';
import type { LatencySummary, MemorySummary, MonthSummary } from './month-summary.ts';

interface Texts {
  readonly locale: string;
  readonly title: (month: Pick<MonthSummary, 'scenario' | 'start' | 'seed' | 'replication'>) => string;
  readonly columns: readonly [string, string, string, string];
  readonly sections: Readonly<Record<Section, string>>;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly hours: string;
  readonly memory: (memory: MemorySummary, number: Intl.NumberFormat) => string;
  readonly latency: (latency: LatencySummary, number: Intl.NumberFormat) => string;
  readonly total: (requests: string, days: number) => string;
  readonly notes: string;
  readonly faithful: string;
  readonly unfaithful: string;
  readonly label: (label: ReportRow['label']) => string;
  readonly note: (id: FigureId) => string;
}

/** The last part of a figure's id, as people read it. */
const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  month: ['Whole month', 'Sebulan penuh'],
  'requests.days-1-2': ['Days 1-2', 'Hari 1-2'],
  'requests.days-3-7': ['Days 3-7', 'Hari 3-7'],
  'requests.week-2': ['Week 2', 'Minggu 2'],
  'requests.week-2.growth': ['Week 2, growth on week 1', 'Minggu 2, kenaikan dari minggu 1'],
  'requests.week-3': ['Week 3', 'Minggu 3'],
  'requests.days-22-30': ['Days 22-30', 'Hari 22-30'],
  'requests.days-22-30.weekday': ['Days 22-30, a weekday', 'Hari 22-30, hari kerja'],
  'requests.days-22-30.weekend': ['Days 22-30, a weekend day', 'Hari 22-30, akhir pekan'],
  'requests.week-2.monday': ['Monday', 'Senin'],
  'requests.week-2.tuesday': ['Tuesday', 'Selasa'],
  'requests.week-2.wednesday': ['Wednesday', 'Rabu'],
  'requests.week-2.thursday': ['Thursday', 'Kamis'],
  'requests.week-2.friday': ['Friday', 'Jumat'],
  'requests.week-2.saturday': ['Saturday', 'Sabtu'],
  'requests.week-2.sunday': ['Sunday', 'Minggu'],
  'requests.week-3.learner': ['Active learners (10)', 'Pelanggan aktif (10)'],
  'requests.week-3.browser': ['Browsers (25)', 'Pelanggan peramban (25)'],
  'requests.week-3.mentor': ['Mentors (10)', 'Mentor (10)'],
  'requests.week-3.occasional': ['Occasional (10)', 'Pelanggan sesekali (10)'],
  'requests.week-3.admin': ['Admins (3)', 'Admin (3)'],
  'requests.week-3.inactive': ['Inactive (2)', 'Tidak aktif (2)'],
  'requests.mentor-superstar': ['Superstar (2)', 'Superstar (2)'],
  'requests.mentor-regular': ['Regular (6)', 'Reguler (6)'],
  'requests.mentor-novice': ['Novice (2)', 'Pemula (2)'],
  'requests.days-22-30.peak-hour': ['Peak, 19:00-21:00', 'Puncak, 19:00-21:00'],
  'requests.days-22-30.low-hour': ['Low, 02:00-06:00', 'Terendah, 02:00-06:00'],
  'requests.days-1-2.registration': ['Registration', 'Registrasi'],
  'requests.days-1-2.login': ['Log-in', 'Login'],
  'requests.days-1-2.profile': ['Profile and photo', 'Profil dan foto'],
  'requests.days-1-2.browsing': ['Browsing', 'Browsing'],
  'requests.days-1-2.mentor': ['Mentors set up', 'Setup mentor'],
  'requests.days-3-7.browsing': ['Browsing', 'Browsing'],
  'requests.days-3-7.login': ['Log-in and log-out', 'Login/logout'],
  'requests.days-3-7.booking': ['Bookings', 'Booking sesi'],
  'requests.days-3-7.proof': ['Payment proofs', 'Bukti pembayaran'],
  'requests.days-3-7.admin': ['Admin verification', 'Verifikasi admin'],
  'requests.days-3-7.mentor': ['Mentor activities', 'Aktivitas mentor'],
  'security.failed-logins': ['Failed log-ins', 'Login gagal'],
  'security.rate-limited': ['Rate-limited requests', 'Dibatasi (rate limit)'],
  'security.rejected-uploads': ['Rejected uploads', 'Upload ditolak'],
  'security.token-renewals': ['Token renewals', 'Pembaruan token'],
  'errors.days-22-30': ['Server errors, days 22-30', 'Galat server, hari 22-30'],
  'cache.week-4': ['Cache hits, days 22-30', 'Cache hit, hari 22-30'],
  'latency.courses': ['GET /api/public/kursus', 'GET /api/public/kursus'],
  'latency.mentors': ['GET /api/public/mentor', 'GET /api/public/mentor'],
  'latency.login': ['POST /api/login', 'POST /api/login'],
  'latency.sessions-list': ['GET /api/mentor/daftar-sesi', 'GET /api/mentor/daftar-sesi'],
  'latency.booking': ['POST /api/pelanggan/pesan-sesi', 'POST /api/pelanggan/pesan-sesi'],
  'latency.verification': ['POST /api/admin/verifikasi-pembayaran', 'POST /api/admin/verifikasi-pembayaran'],
  'latency.upload': ['POST /api/pelanggan/bukti-pembayaran', 'POST /api/pelanggan/bukti-pembayaran'],
};

/** The notes of contradicted figures in Indonesian, by the start of their ids. */
const NOTES_ID: readonly (readonly [string, string])[] = [
  [
    'requests.days-1-2.',
    'kelima bagiannya berjumlah 1.342, padahal totalnya 1.247; totalnya yang dipakai, bagiannya memberi proporsi',
  ],
  [
    'requests.days-3-7.',
    'keenam bagiannya berjumlah 450 per hari, padahal rata-ratanya 385; rata-ratanya yang dipakai, bagiannya memberi proporsi',
  ],
  [
    'requests.week-2.growth',
    'minggu 1 berjumlah 1.247 + 5 × 385 = 3.172, jadi minggu 2 turun 1,4 %; jumlahnya yang dipakai',
  ],
  [
    'requests.days-22-30.',
    '7 × 485 + 2 × 298 = 3.991, padahal totalnya 4.125; totalnya yang dipakai, keduanya memberi proporsi',
  ],
  [
    'security.token-renewals',
    'satu dari enam permintaan, tidak ada tempatnya dalam rincian permintaan; pembaruan terjadi saat token 15 menit habis',
  ],
];

const EN: Texts = {
  locale: 'en-US',
  title: ({ scenario, start, seed, replication }) =>
    `${scenario}, starting ${start}, simulated with seed ${seed}, replication ${replication}`,
  columns: ['', 'documented', 'simulated', 'verdict'],
  sections: {
    totals: 'Requests',
    'week-2': 'Week 2, requests a day',
    roles: 'Week 3, requests by role',
    mentors: 'Mentors, requests a month each',
    hours: 'Weekdays of days 22-30, requests an hour',
    setup: 'Days 1-2, parts',
    normal: 'Days 3-7, parts a day',
    quality: 'Events and quality',
    latency: 'Mean time to answer',
  },
  verdicts: { exact: 'exact', differs: 'DIFFERS', near: 'near', far: 'far', contradicted: 'contradicted' },
  hours: 'Mean requests in each hour, weekdays of days 22-30',
  memory: ({ peak, peakAt, mean, low, atPeak }, number) =>
    `Memory: peak ${number.format(peak)} GB on day ${peakAt.day} at ${peakAt.time} (${parts(atPeak, 'en', number)}), mean ${number.format(mean)} GB, low ${number.format(low)} GB`,
  latency: ({ mean, p50, p95, p99 }, number) =>
    `Time to answer: mean ${number.format(mean)} ms, median ${number.format(p50)} ms, 95 % within ${number.format(p95)} ms, 99 % within ${number.format(p99)} ms`,
  total: (requests, days) => `${requests} requests in ${days} days.`,
  notes: 'Contradicted: the document disagrees with itself',
  faithful: 'Every exact figure is met.',
  unfaithful: 'Some exact figures are not met.',
  label: (label) => WORDS[label]?.[0] ?? label,
  note: (id) => figure(id).note ?? '',
};

const ID: Texts = {
  locale: 'id-ID',
  title: ({ scenario, start, seed, replication }) =>
    `${scenario}, mulai ${start}, disimulasikan dengan seed ${seed}, replikasi ${replication}`,
  columns: ['', 'dokumen', 'simulasi', 'penilaian'],
  sections: {
    totals: 'Permintaan',
    'week-2': 'Minggu 2, permintaan per hari',
    roles: 'Minggu 3, permintaan per peran',
    mentors: 'Mentor, permintaan per bulan per orang',
    hours: 'Hari kerja hari 22-30, permintaan per jam',
    setup: 'Hari 1-2, bagian',
    normal: 'Hari 3-7, bagian per hari',
    quality: 'Peristiwa dan mutu',
    latency: 'Rata-rata waktu jawab',
  },
  verdicts: { exact: 'tepat', differs: 'BERBEDA', near: 'dekat', far: 'jauh', contradicted: 'bertentangan' },
  hours: 'Rata-rata permintaan tiap jam, hari kerja hari 22-30',
  memory: ({ peak, peakAt, mean, low, atPeak }, number) =>
    `Memori: puncak ${number.format(peak)} GB pada hari ${peakAt.day} pukul ${peakAt.time} (${parts(atPeak, 'id', number)}), rata-rata ${number.format(mean)} GB, terendah ${number.format(low)} GB`,
  latency: ({ mean, p50, p95, p99 }, number) =>
    `Waktu jawab: rata-rata ${number.format(mean)} ms, median ${number.format(p50)} ms, 95 % di bawah ${number.format(p95)} ms, 99 % di bawah ${number.format(p99)} ms`,
  total: (requests, days) => `${requests} permintaan dalam ${days} hari.`,
  notes: 'Bertentangan: dokumen tidak sejalan dengan dirinya sendiri',
  faithful: 'Semua angka yang harus tepat terpenuhi.',
  unfaithful: 'Ada angka yang harus tepat tetapi tidak terpenuhi.',
  label: (label) => WORDS[label]?.[1] ?? label,
  note: (id) => NOTES_ID.find(([start]) => id.startsWith(start))?.[1] ?? figure(id).note ?? '',
};

function parts(atPeak: MemorySummary['atPeak'], language: Language, number: Intl.NumberFormat): string {
  const names = chartTexts(language).memoryParts;
  return MEMORY.map((part) => `${names[part]} ${number.format(atPeak[part])}`).join(', ');
}

export function textsIn(language: Language): Texts {
  return language === 'id' ? ID : EN;
}
