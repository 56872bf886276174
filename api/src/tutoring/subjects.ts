/** A course as it may be offered, before a mentor gives it a price. */
export interface CourseOutline {
  readonly title: string;
  readonly level: 'SD' | 'SMP' | 'SMA' | 'UTBK' | 'Umum';
  readonly description: string;
}

export interface Subject {
  readonly name: string;
  readonly headlines: readonly string[];
  readonly courses: readonly CourseOutline[];
}

/** What is taught at an Indonesian tutoring service, for the demonstration. */
export const SUBJECTS: readonly Subject[] = [
  {
    name: 'Matematika',
    headlines: [
      'Matematika jadi masuk akal, langkah demi langkah',
      'Latihan soal setiap minggu, pelan tapi pasti',
    ],
    courses: [
      {
        title: 'Aljabar Dasar',
        level: 'SMP',
        description: 'Persamaan linear, faktor, dan pola bilangan dari nol.',
      },
      {
        title: 'Geometri dan Pengukuran',
        level: 'SMP',
        description: 'Bangun datar, bangun ruang, dan teorema Pythagoras.',
      },
      {
        title: 'Fungsi dan Limit',
        level: 'SMA',
        description: 'Fungsi kuadrat, komposisi fungsi, dan pengantar limit.',
      },
      {
        title: 'Turunan dan Integral',
        level: 'SMA',
        description: 'Kalkulus SMA dengan contoh soal ujian sekolah.',
      },
      {
        title: 'Statistika dan Peluang',
        level: 'SMA',
        description: 'Ukuran pemusatan, kaidah pencacahan, dan peluang majemuk.',
      },
    ],
  },
  {
    name: 'Fisika',
    headlines: ['Fisika lewat percobaan sederhana di rumah', 'Konsep dulu, rumus belakangan'],
    courses: [
      {
        title: 'Mekanika untuk Pemula',
        level: 'SMA',
        description: 'Gerak lurus, hukum Newton, usaha dan energi.',
      },
      {
        title: 'Listrik dan Magnet',
        level: 'SMA',
        description: 'Rangkaian arus searah, medan magnet, dan induksi.',
      },
      {
        title: 'Gelombang dan Optik',
        level: 'SMA',
        description: 'Bunyi, cahaya, lensa, dan cermin dengan simulasi.',
      },
      {
        title: 'IPA Terpadu',
        level: 'SMP',
        description: 'Fisika, biologi, dan kimia dasar untuk kelas 7 sampai 9.',
      },
    ],
  },
  {
    name: 'Kimia',
    headlines: ['Kimia tanpa hafalan buta', 'Dari tabel periodik sampai reaksi sehari-hari'],
    courses: [
      {
        title: 'Stoikiometri',
        level: 'SMA',
        description: 'Konsep mol, persamaan reaksi, dan pereaksi pembatas.',
      },
      {
        title: 'Larutan Asam dan Basa',
        level: 'SMA',
        description: 'pH, titrasi, larutan penyangga, dan hidrolisis.',
      },
      {
        title: 'Kimia Organik Dasar',
        level: 'SMA',
        description: 'Hidrokarbon, gugus fungsi, dan tata nama.',
      },
    ],
  },
  {
    name: 'Bahasa Inggris',
    headlines: ['Berani bicara sejak pertemuan pertama', 'Percakapan, tulisan, dan tes dalam satu jalur'],
    courses: [
      {
        title: 'Percakapan Sehari-hari',
        level: 'Umum',
        description: 'Latihan berbicara dengan topik kerja, perjalanan, dan kuliah.',
      },
      {
        title: 'Tata Bahasa untuk SMP',
        level: 'SMP',
        description: 'Tenses dan kalimat dasar dengan banyak contoh.',
      },
      {
        title: 'Persiapan TOEFL ITP',
        level: 'Umum',
        description: 'Strategi listening, structure, dan reading dengan tryout.',
      },
      {
        title: 'Menulis Esai',
        level: 'SMA',
        description: 'Dari paragraf sampai esai argumentatif yang rapi.',
      },
    ],
  },
  {
    name: 'UTBK',
    headlines: ['Tryout mingguan dan bedah soal', 'Strategi mengerjakan, bukan sekadar rumus'],
    courses: [
      {
        title: 'Penalaran Matematika',
        level: 'UTBK',
        description: 'Soal penalaran, data, dan ruang seperti di ujian sebenarnya.',
      },
      {
        title: 'Literasi Bahasa Indonesia',
        level: 'UTBK',
        description: 'Memahami bacaan panjang dan menilai argumen.',
      },
      {
        title: 'Literasi Bahasa Inggris UTBK',
        level: 'UTBK',
        description: 'Teks akademik, kosakata, dan gagasan utama.',
      },
      {
        title: 'Tes Potensi Skolastik',
        level: 'UTBK',
        description: 'Penalaran umum, kuantitatif, dan pengetahuan bacaan.',
      },
    ],
  },
  {
    name: 'Pemrograman',
    headlines: ['Belajar dengan membuat aplikasi sungguhan', 'Dari baris kode pertama sampai proyek akhir'],
    courses: [
      {
        title: 'Python dari Nol',
        level: 'Umum',
        description: 'Variabel, perulangan, fungsi, dan proyek kecil tiap minggu.',
      },
      {
        title: 'Web dengan HTML, CSS, dan JavaScript',
        level: 'Umum',
        description: 'Membuat halaman interaktif dan menerbitkannya.',
      },
      {
        title: 'Laravel untuk Pemula',
        level: 'Umum',
        description: 'Rute, basis data, dan autentikasi dalam satu aplikasi toko.',
      },
      {
        title: 'Scratch untuk Anak',
        level: 'SD',
        description: 'Logika pemrograman lewat permainan dan cerita.',
      },
    ],
  },
  {
    name: 'Bahasa Indonesia',
    headlines: ['Menulis jernih, membaca kritis', 'Sastra dan tata bahasa yang hidup'],
    courses: [
      {
        title: 'Menulis Karya Ilmiah',
        level: 'SMA',
        description: 'Rumusan masalah, kutipan, dan daftar pustaka.',
      },
      { title: 'Membaca Cepat', level: 'SD', description: 'Memahami cerita dan menemukan gagasan pokok.' },
      { title: 'Puisi dan Cerpen', level: 'SMP', description: 'Membedah karya dan menulis karya sendiri.' },
    ],
  },
  {
    name: 'Akuntansi',
    headlines: ['Jurnal sampai laporan keuangan, satu per satu', 'Akuntansi dengan contoh usaha kecil'],
    courses: [
      {
        title: 'Siklus Akuntansi Perusahaan Jasa',
        level: 'SMA',
        description: 'Jurnal umum, buku besar, dan laporan laba rugi.',
      },
      { title: 'Pembukuan UMKM', level: 'Umum', description: 'Mencatat kas, stok, dan pajak usaha kecil.' },
      { title: 'Ekonomi Mikro', level: 'SMA', description: 'Permintaan, penawaran, elastisitas, dan pasar.' },
    ],
  },
];

/** What learners write, by the stars that they give. */
export const REVIEW_WORDS: Readonly<Record<number, readonly string[]>> = {
  5: [
    'Penjelasannya jernih dan sabar sekali.',
    'Akhirnya paham! Terima kasih, Kak.',
    'Soal latihannya pas dengan yang keluar di sekolah.',
    'Selalu tepat waktu dan siap dengan materi.',
    'Anak saya jadi suka pelajaran ini.',
  ],
  4: [
    'Bagus, hanya sedikit terlalu cepat di akhir.',
    'Materinya lengkap. Semoga ada rangkumannya lain kali.',
    'Membantu sekali, walau suaranya sempat putus.',
    'Enak diajak tanya jawab.',
  ],
  3: [
    'Cukup membantu.',
    'Lumayan, tetapi contoh soalnya kurang banyak.',
    'Mulainya terlambat sepuluh menit.',
  ],
};
