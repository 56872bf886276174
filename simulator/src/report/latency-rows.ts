import { documented, type FigureId } from '../figures/figures.ts';
import type { RouteTimes } from '../validation/route-latency.ts';

/** A route's times beside the documented mean, null where the document gives none. Milliseconds. */
export interface LatencyRow extends RouteTimes {
  readonly documented: number | null;
}

/** Routes of which the document gives the mean. */
const FIGURES: Readonly<Record<string, FigureId>> = {
  'GET /api/public/kursus': 'latency.courses',
  'GET /api/public/mentor': 'latency.mentors',
  'POST /api/login': 'latency.login',
  'GET /api/mentor/daftar-sesi': 'latency.sessions-list',
  'POST /api/pelanggan/pesan-sesi': 'latency.booking',
  'POST /api/admin/verifikasi-pembayaran': 'latency.verification',
  'POST /api/pelanggan/bukti-pembayaran': 'latency.upload',
  'POST /api/profil/foto': 'latency.upload',
};

export function latencyRows(routes: readonly RouteTimes[]): LatencyRow[] {
  return routes.map((times) => {
    const figure = FIGURES[times.route];
    return { ...times, documented: figure === undefined ? null : documented(figure) };
  });
}
