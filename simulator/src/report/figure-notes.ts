import type { ComparedFigure } from '../validation/compare.ts';
import type { Language } from './language.ts';

/** Notes of contradicted figures in Indonesian, by the start of their ids. */
const INDONESIAN: readonly (readonly [start: string, note: string])[] = [
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
    'requests.week-2.sessions-started',
    'catatan mentor sendiri memberi 180 sesi dimulai sebulan, 42 seminggu; catatan itu yang dipakai, karena pendapatannya cocok',
  ],
  [
    'requests.week-3.bookings',
    'catatan pelanggan memberi 3 × 12 + 7 × 6 = 78 booking sebulan; catatan itu memberi campurannya',
  ],
  [
    'requests.days-22-30.',
    '7 × 485 + 2 × 298 = 3.991, padahal totalnya 4.125; totalnya yang dipakai, keduanya memberi proporsi',
  ],
  [
    'requests.learner-',
    'tindakan kesepuluh pelanggan aktif berjumlah 3.902 sebulan, permintaan minggu 3 setara 5.344; total peran yang dipakai, tindakan memberi campurannya',
  ],
  [
    'requests.mentor-',
    'hari registrasi dan hari coba-coba punya proporsi sendiri; dengan total terpenuhi, ada yang lebih tinggi dan ada yang lebih rendah',
  ],
  [
    'requests.browser.',
    'tindakannya berjumlah 5.500 sebulan, permintaan minggu 3 setara 4.954; total peran yang dipakai, tindakan memberi campurannya',
  ],
  [
    'security.token-renewals',
    'satu dari enam permintaan, tidak ada tempatnya dalam rincian permintaan; pembaruan terjadi saat token 15 menit habis',
  ],
  [
    'memory.days-1-2.peak',
    'disebut puncak hari 1-2, padahal hari 1 mencapai 3,1 GB pada 18:00; jalannya per jam yang dipakai',
  ],
  ['memory.days-3-7.mean', 'hari 7 sendiri rata-ratanya 2,7 GB; jalan hari 7 per jam yang dipakai'],
  [
    'memory.week-3.mean',
    'disebut 15 % di bawah minggu 2, padahal rata-rata minggu 2 juga 3,5 GB; rata-rata mutlaknya yang dipakai',
  ],
  [
    'cache.week-3',
    'bab memori menyebut 91 % untuk minggu yang sama; 89 % yang dipakai, karena disebut dua kali',
  ],
  [
    'verifications.days-22-30',
    'lebih banyak daripada semua permintaan admin menurut minggu 3 (112); total peran yang dipakai',
  ],
  [
    'uploads.days-22-30',
    'catatan pelanggan memberi 78 bukti pembayaran sebulan; catatan itu memberi campurannya',
  ],
];

/** The notes of contradicted figures, each different text once, numbered from 1. */
export interface FigureNotes {
  readonly texts: readonly string[];
  readonly numberOf: (figure: ComparedFigure) => number | undefined;
}

export function figureNotes(figures: readonly ComparedFigure[], language: Language): FigureNotes {
  const numbers = new Map<string, number>();
  for (const figure of figures) {
    const text = noteOf(figure, language);
    if (text !== undefined && !numbers.has(text)) {
      numbers.set(text, numbers.size + 1);
    }
  }
  return {
    texts: [...numbers.keys()],
    numberOf: (figure) => numbers.get(noteOf(figure, language) ?? ''),
  };
}

function noteOf({ id, contradicted, note }: ComparedFigure, language: Language): string | undefined {
  if (!contradicted || note === null) {
    return undefined;
  }
  return contradictionIn(id, note, language);
}

/**
 * The note of a contradicted figure in the reader's language.
 *
 * @param note in English, as the figure has it; it stands where there is no other
 */
export function contradictionIn(id: string, note: string, language: Language): string {
  return language === 'id' ? (INDONESIAN.find(([start]) => id.startsWith(start))?.[1] ?? note) : note;
}
