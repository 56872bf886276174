import type { TenantId } from '@riwayat/collector';
import { SYSTEM } from '../audit/audit.ts';
import { ProblemError } from '../errors/problem.ts';
import type { PageDocument } from './document.ts';
import type { Pages } from './pages.ts';

const PAGES: Readonly<Record<string, PageDocument>> = {
  beranda: {
    title: 'Chill Ajar',
    description: 'Belajar dengan santai bersama mentor pilihan.',
    blocks: [
      {
        type: 'hero',
        title: 'Belajar santai, hasil serius',
        subtitle: 'Pilih mentor, pesan sesi, dan mulai belajar hari ini.',
        action: { label: 'Lihat kursus', href: '/api/public/kursus' },
      },
      { type: 'heading', level: 2, text: 'Cara kerjanya' },
      {
        type: 'columns',
        columns: [
          [
            { type: 'heading', level: 3, text: 'Pilih' },
            { type: 'text', text: 'Cari kursus dan mentor yang cocok dengan kebutuhanmu.' },
          ],
          [
            { type: 'heading', level: 3, text: 'Pesan' },
            { type: 'text', text: 'Tentukan waktu, lalu unggah bukti pembayaran.' },
          ],
          [
            { type: 'heading', level: 3, text: 'Belajar' },
            { type: 'text', text: 'Mentor memulai sesi; setelah selesai, beri penilaian.' },
          ],
        ],
      },
    ],
  },
  menu: {
    title: 'Paket belajar',
    description: 'Paket dan harganya.',
    blocks: [
      { type: 'heading', level: 1, text: 'Paket belajar' },
      { type: 'text', text: 'Harga untuk satu sesi 90 menit, sudah termasuk bahan ajar.' },
      {
        type: 'product_list',
        items: [
          {
            name: 'Mentor baru',
            description: 'Untuk mulai mengenal suatu mata pelajaran.',
            price_idr: 60_000,
          },
          { name: 'Mentor reguler', description: 'Pendampingan rutin setiap minggu.', price_idr: 110_000 },
          { name: 'Mentor superstar', description: 'Persiapan ujian dan lomba.', price_idr: 185_000 },
        ],
      },
    ],
  },
  tentang: {
    title: 'Tentang kami',
    blocks: [
      { type: 'heading', level: 1, text: 'Tentang Chill Ajar' },
      {
        type: 'text',
        text: 'Chill Ajar mempertemukan pelajar dengan mentor.\nKami percaya belajar paling baik dilakukan tanpa terburu-buru.',
      },
    ],
  },
};

/** Makes and publishes a few pages of a tutoring service. A page that is there already is left as it is. */
export async function seedPages(pages: Pages, tenantId: TenantId): Promise<void> {
  for (const [slug, document] of Object.entries(PAGES)) {
    try {
      await pages.create({ tenantId, slug }, document, SYSTEM);
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'conflict') {
        continue;
      }
      throw error;
    }
    await pages.publish({ tenantId, slug }, undefined, SYSTEM);
  }
}
