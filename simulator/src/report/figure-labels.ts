import type { Language } from './language.ts';

type Words = readonly [english: string, indonesian: string];

/** Figures are shown in these groups, by the start of their ids; the first that fits. */
const GROUPS: readonly (readonly [RegExp, Words])[] = [
  [
    /^requests\.(mentor|learner|browser)[-.]/,
    ['Requests of a class in the month', 'Permintaan per kelas sebulan'],
  ],
  [/^requests\./, ['Requests', 'Permintaan']],
  [/^memory\./, ['Memory', 'Memori']],
  [/^(peak|connections)\./, ['The system under load', 'Sistem saat beban tinggi']],
  [/^(latency|errors|cache)\b/, ['Latency and quality', 'Latensi dan mutu']],
  [/^alerts\./, ['Alerts of the month', 'Peringatan sebulan']],
  [/^(security|uploads|messages|jobs|verifications|availability)\b/, ['Events', 'Peristiwa']],
];

const DAYS: Readonly<Record<string, Words>> = {
  monday: ['Monday', 'Senin'],
  tuesday: ['Tuesday', 'Selasa'],
  wednesday: ['Wednesday', 'Rabu'],
  thursday: ['Thursday', 'Kamis'],
  friday: ['Friday', 'Jumat'],
  saturday: ['Saturday', 'Sabtu'],
  sunday: ['Sunday', 'Minggu'],
};

/** Where and when, the beginning of an id. The longest that fits. */
const SUBJECTS: Readonly<Record<string, Words>> = {
  'requests.month': ['Whole month', 'Sebulan penuh'],
  'requests.days-1-2': ['Days 1-2', 'Hari 1-2'],
  'requests.days-3-7': ['Days 3-7', 'Hari 3-7'],
  'requests.week-2': ['Week 2', 'Minggu 2'],
  'requests.week-2.growth': ['Week 2, growth on week 1', 'Minggu 2, kenaikan dari minggu 1'],
  'requests.week-3': ['Week 3', 'Minggu 3'],
  'requests.days-22-30': ['Days 22-30', 'Hari 22-30'],
  'requests.mentor-superstar': ['Superstar mentor', 'Mentor superstar'],
  'requests.mentor-regular': ['Regular mentor', 'Mentor reguler'],
  'requests.mentor-novice': ['Novice mentor', 'Mentor pemula'],
  'requests.learner-heavy': ['Heavy learner', 'Pelanggan aktif berat'],
  'requests.learner-regular': ['Regular learner', 'Pelanggan aktif reguler'],
  'requests.browser': ['Browsers together', 'Semua peramban'],
  'memory.day-1': ['Day 1', 'Hari 1'],
  'memory.days-1-2': ['Days 1-2', 'Hari 1-2'],
  'memory.days-3-7': ['Days 3-7', 'Hari 3-7'],
  'memory.day-7': ['Day 7', 'Hari 7'],
  'memory.week-2': ['Week 2', 'Minggu 2'],
  'memory.peak': ['Day 12, 19:45', 'Hari 12, 19:45'],
  'memory.week-3': ['Week 3', 'Minggu 3'],
  'memory.week-4': ['Days 22-30', 'Hari 22-30'],
  'memory.browsers': ['Browsers together', 'Semua peramban'],
  peak: ['Day 12, 19:45', 'Hari 12, 19:45'],
  'connections.week-4': [
    'Days 22-30, database connections at most',
    'Hari 22-30, koneksi database paling banyak',
  ],
  'latency.courses': ['GET /api/public/kursus', 'GET /api/public/kursus'],
  'latency.mentors': ['GET /api/public/mentor', 'GET /api/public/mentor'],
  'latency.login': ['POST /api/login', 'POST /api/login'],
  'latency.sessions-list': ['GET /api/mentor/daftar-sesi', 'GET /api/mentor/daftar-sesi'],
  'latency.booking': ['POST /api/pelanggan/pesan-sesi', 'POST /api/pelanggan/pesan-sesi'],
  'latency.verification': ['POST /api/admin/verifikasi-pembayaran', 'POST /api/admin/verifikasi-pembayaran'],
  'latency.upload': ['File uploads', 'Upload berkas'],
  'latency.days-22-30': ['All requests, days 22-30', 'Semua permintaan, hari 22-30'],
  'errors.days-22-30': ['Server errors, days 22-30', 'Galat server, hari 22-30'],
  'cache.week-3': ['Cache hits, week 3', 'Cache hit, minggu 3'],
  'cache.week-4': ['Cache hits, days 22-30', 'Cache hit, hari 22-30'],
  'cache.browsers': ['Cache hits of browsers', 'Cache hit peramban'],
  'alerts.memory': ['Memory above 85 %', 'Memori di atas 85 %'],
  'alerts.cpu': ['CPU above 80 %', 'CPU di atas 80 %'],
  'alerts.connections': ['Spike of database connections', 'Lonjakan koneksi database'],
  'alerts.latency': ['Slow answers', 'Respons melambat'],
  'alerts.disk': ['Disk space', 'Ruang disk'],
  'alerts.security': ['Security anomaly', 'Anomali keamanan'],
  'alerts.detection': ['Time to detect', 'Waktu deteksi'],
  availability: ['Availability', 'Ketersediaan'],
  'security.failed-logins': ['Failed log-ins', 'Login gagal'],
  'security.rate-limited': ['Rate-limited requests', 'Permintaan dibatasi'],
  'security.rejected-uploads': ['Rejected uploads', 'Upload ditolak'],
  'security.lockouts': ['Account lockouts', 'Akun terkunci'],
  'security.token-renewals': ['Token renewals', 'Pembaruan token'],
  'security.session-timeouts': ['Session time-outs', 'Sesi kedaluwarsa'],
  'verifications.days-22-30': ['Payment verifications, days 22-30', 'Verifikasi pembayaran, hari 22-30'],
  'uploads.days-22-30': ['File uploads, days 22-30', 'Upload berkas, hari 22-30'],
  'messages.days-22-30': ['WhatsApp messages, days 22-30', 'Pesan WhatsApp, hari 22-30'],
  'jobs.days-22-30': ['Background jobs, days 22-30', 'Pekerjaan latar, hari 22-30'],
};

/** What of it, the end of an id. */
const ASPECTS: Readonly<Record<string, Words>> = {
  ...DAYS,
  '06': ['06:00', '06:00'],
  '12': ['12:00', '12:00'],
  '18': ['18:00', '18:00'],
  '24': ['24:00', '24:00'],
  mean: ['mean', 'rata-rata'],
  peak: ['peak', 'puncak'],
  low: ['low', 'terendah'],
  steady: ['steady', 'stabil'],
  application: ['application', 'aplikasi'],
  database: ['database', 'database'],
  cache: ['cache', 'cache'],
  redis: ['Redis', 'Redis'],
  sessions: ['sessions', 'sesi'],
  'file-buffers': ['file buffers', 'buffer berkas'],
  overhead: ['system overhead', 'overhead sistem'],
  system: ['system', 'sistem'],
  services: ['system services', 'layanan sistem'],
  'concurrent-users': ['concurrent users', 'pengguna bersamaan'],
  'database-connections': ['database connections', 'koneksi database'],
  uploads: ['simultaneous uploads', 'upload bersamaan'],
  'jobs-queued': ['jobs queued', 'pekerjaan antre'],
  size: ['size', 'ukuran'],
  'per-day': ['a day', 'per hari'],
  growth: ['growth on the week before', 'kenaikan dari minggu sebelumnya'],
  weekday: ['a weekday', 'hari kerja'],
  weekend: ['a weekend day', 'akhir pekan'],
  'peak-hour': ['an hour, 19:00-21:00', 'per jam, 19:00-21:00'],
  'low-hour': ['an hour, 02:00-06:00', 'per jam, 02:00-06:00'],
  registration: ['registration', 'registrasi'],
  login: ['log-in', 'login'],
  profile: ['profile and photo', 'profil dan foto'],
  browsing: ['browsing', 'browsing'],
  booking: ['bookings', 'booking sesi'],
  bookings: ['bookings', 'booking sesi'],
  proof: ['payment proofs', 'bukti pembayaran'],
  review: ['reviews', 'testimoni'],
  admin: ['admins', 'admin'],
  mentor: ['mentors', 'mentor'],
  learner: ['active learners', 'pelanggan aktif'],
  browser: ['browsers', 'pelanggan peramban'],
  occasional: ['occasional', 'pelanggan sesekali'],
  inactive: ['inactive', 'tidak aktif'],
  'sessions-started': ['sessions started', 'sesi dimulai'],
  'sessions-list': ['list of sessions', 'daftar sesi'],
  'session-start': ['sessions started', 'mulai sesi'],
  'session-end': ['sessions ended', 'selesai sesi'],
  'own-profile': ['own profile', 'profil saya'],
  schedule: ['schedules', 'atur jadwal'],
  'course-create': ['new courses', 'kursus baru'],
  courses: ['courses', 'kursus'],
  mentors: ['mentors', 'mentor'],
  search: ['search', 'pencarian'],
  detail: ['detail pages', 'halaman detail'],
  mobile: ['on a mobile device', 'lewat ponsel'],
};

/** What people call a figure. An id of another document's is shown as it stands. */
export function labelOf(id: string, language: Language): string {
  const whole = SUBJECTS[id];
  if (whole !== undefined) {
    return wordsIn(language, whole);
  }
  const dot = id.lastIndexOf('.');
  const subject = SUBJECTS[id.slice(0, dot)];
  const aspect = ASPECTS[id.slice(dot + 1)];
  return subject === undefined || aspect === undefined
    ? id
    : `${wordsIn(language, subject)}, ${wordsIn(language, aspect)}`;
}

/**
 * Figures under the headings that they are shown under, both in the order in which they come. Those of another document
 * than the month's are under its own headings.
 */
export function figureGroups<Item extends { readonly id: string; readonly section: string }>(
  figures: readonly Item[],
  language: Language,
): { readonly heading: string; readonly members: Item[] }[] {
  const groups = new Map<string, Item[]>();
  for (const figure of figures) {
    const group = GROUPS.find(([pattern]) => pattern.test(figure.id))?.[1];
    const isOfMonth = labelOf(figure.id, language) !== figure.id;
    const heading = isOfMonth && group !== undefined ? wordsIn(language, group) : figure.section;
    const members = groups.get(heading) ?? [];
    members.push(figure);
    groups.set(heading, members);
  }
  return [...groups].map(([heading, members]) => ({ heading, members }));
}

function wordsIn(language: Language, words: Words): string {
  return words[language === 'en' ? 0 : 1];
}
