import { documented } from '../figures/figures.ts';
import type { Method, RequestKind } from './request.ts';

/** The groups of requests that the document counts together. */
export type ActionGroup =
  | 'registration'
  | 'login'
  | 'profile'
  | 'browsing'
  | 'mentor'
  | 'booking'
  | 'proof'
  | 'review'
  | 'admin';

/** Who can take an action: anyone, only somebody not logged in, or only somebody logged in. */
type Access = 'anyone' | 'anonymous' | 'member';

export interface Endpoint {
  readonly method: Method;
  readonly path: string;
  readonly group: ActionGroup;
  readonly access: Access;
  readonly kind: RequestKind;
  /** Status when nothing goes wrong. */
  readonly status: number;
  /** Mean sizes, bytes: assumptions, except uploads. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Public pages are cached; which of a page's variants is asked for follows from the addressed item. */
  readonly page?: 'list' | 'search' | 'course' | 'mentor';
  /** Path of the public lists that show what this request changes. */
  readonly changes?: string;
  /** Think time after it, in units of the class's mean. */
  readonly pause: number;
}

const MEGABYTE = 1_000_000;
/** 67 MB over 234 files. */
const UPLOAD_BYTES = Math.round(
  (documented('uploads.days-22-30.size') * MEGABYTE) / documented('uploads.days-22-30'),
);
/** Think times after a form that is still being filled in, in units of the class's mean: an assumption. */
const WITHIN_FORM = 0.2;

const COURSES = '/api/public/kursus';
const MENTORS = '/api/public/mentor';

/** Every action of the behaviour graph and the request that it makes. */
const ENDPOINTS = {
  'register.check': {
    method: 'POST',
    path: '/api/register/cek',
    group: 'registration',
    access: 'anonymous',
    kind: 'api',
    status: 200,
    bytesIn: 480,
    bytesOut: 220,
    pause: WITHIN_FORM,
  },
  'register.rejected': {
    method: 'POST',
    path: '/api/register',
    group: 'registration',
    access: 'anonymous',
    kind: 'api',
    status: 422,
    bytesIn: 820,
    bytesOut: 410,
    pause: WITHIN_FORM,
  },
  register: {
    method: 'POST',
    path: '/api/register',
    group: 'registration',
    access: 'anonymous',
    kind: 'api',
    status: 201,
    bytesIn: 820,
    bytesOut: 640,
    pause: 0.6,
  },
  'register.verify': {
    method: 'POST',
    path: '/api/register/verifikasi',
    group: 'registration',
    access: 'anonymous',
    kind: 'api',
    status: 200,
    bytesIn: 460,
    bytesOut: 210,
    pause: 0.6,
  },
  login: {
    method: 'POST',
    path: '/api/login',
    group: 'login',
    access: 'anonymous',
    kind: 'api',
    status: 200,
    bytesIn: 520,
    bytesOut: 1150,
    pause: 0.4,
  },
  'login.failed': {
    method: 'POST',
    path: '/api/login',
    group: 'login',
    access: 'anonymous',
    kind: 'api',
    status: 401,
    bytesIn: 520,
    bytesOut: 260,
    pause: WITHIN_FORM,
  },
  'token.refresh': {
    method: 'POST',
    path: '/api/token/refresh',
    group: 'login',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 430,
    bytesOut: 1150,
    pause: 0,
  },
  logout: {
    method: 'POST',
    path: '/api/logout',
    group: 'login',
    access: 'member',
    kind: 'api',
    status: 204,
    bytesIn: 420,
    bytesOut: 180,
    pause: 1,
  },
  'profile.view': {
    method: 'GET',
    path: '/api/profil',
    group: 'profile',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 390,
    bytesOut: 1900,
    pause: 0.8,
  },
  'profile.update': {
    method: 'PUT',
    path: '/api/profil',
    group: 'profile',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 1400,
    bytesOut: 1900,
    pause: 0.8,
  },
  'profile.photo': {
    method: 'POST',
    path: '/api/profil/foto',
    group: 'profile',
    access: 'member',
    kind: 'upload',
    status: 201,
    bytesIn: UPLOAD_BYTES,
    bytesOut: 540,
    pause: 0.8,
  },
  'courses.list': {
    method: 'GET',
    path: COURSES,
    group: 'browsing',
    access: 'anyone',
    kind: 'api',
    status: 200,
    page: 'list',
    bytesIn: 360,
    bytesOut: 14_500,
    pause: 1,
  },
  'courses.search': {
    method: 'GET',
    path: COURSES,
    group: 'browsing',
    access: 'anyone',
    kind: 'api',
    status: 200,
    page: 'search',
    bytesIn: 380,
    bytesOut: 6200,
    pause: 0.8,
  },
  'course.detail': {
    method: 'GET',
    path: `${COURSES}/:id`,
    group: 'browsing',
    access: 'anyone',
    kind: 'api',
    status: 200,
    page: 'course',
    bytesIn: 370,
    bytesOut: 5400,
    pause: 1.4,
  },
  'mentors.list': {
    method: 'GET',
    path: MENTORS,
    group: 'browsing',
    access: 'anyone',
    kind: 'api',
    status: 200,
    page: 'list',
    bytesIn: 360,
    bytesOut: 11_800,
    pause: 1,
  },
  'mentor.detail': {
    method: 'GET',
    path: `${MENTORS}/:id`,
    group: 'browsing',
    access: 'anyone',
    kind: 'api',
    status: 200,
    page: 'mentor',
    bytesIn: 370,
    bytesOut: 4700,
    pause: 1.4,
  },
  'sessions.list': {
    method: 'GET',
    path: '/api/mentor/daftar-sesi',
    group: 'mentor',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 400,
    bytesOut: 8600,
    pause: 1,
  },
  'session.start': {
    method: 'POST',
    path: '/api/mentor/mulai-sesi',
    group: 'mentor',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 560,
    bytesOut: 900,
    pause: 1.2,
  },
  'session.end': {
    method: 'POST',
    path: '/api/mentor/selesai-sesi',
    group: 'mentor',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 720,
    bytesOut: 900,
    pause: 1,
  },
  'own.profile': {
    method: 'GET',
    path: '/api/mentor/profil-saya',
    group: 'mentor',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 400,
    bytesOut: 3100,
    pause: 1,
  },
  'schedule.set': {
    method: 'POST',
    path: '/api/mentor/atur-jadwal',
    group: 'mentor',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 980,
    bytesOut: 760,
    pause: 1,
  },
  'course.create': {
    method: 'POST',
    path: '/api/mentor/kursus',
    group: 'mentor',
    access: 'member',
    kind: 'api',
    status: 201,
    changes: COURSES,
    bytesIn: 2600,
    bytesOut: 1300,
    pause: 1.6,
  },
  'bookings.list': {
    method: 'GET',
    path: '/api/pelanggan/daftar-sesi',
    group: 'booking',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 400,
    bytesOut: 5200,
    pause: 1,
  },
  booking: {
    method: 'POST',
    path: '/api/pelanggan/pesan-sesi',
    group: 'booking',
    access: 'member',
    kind: 'api',
    status: 201,
    bytesIn: 760,
    bytesOut: 1200,
    pause: 1.2,
  },
  proof: {
    method: 'POST',
    path: '/api/pelanggan/bukti-pembayaran',
    group: 'proof',
    access: 'member',
    kind: 'upload',
    status: 201,
    bytesIn: UPLOAD_BYTES,
    bytesOut: 620,
    pause: 1,
  },
  review: {
    method: 'POST',
    path: '/api/pelanggan/testimoni',
    group: 'review',
    access: 'member',
    kind: 'api',
    status: 201,
    changes: MENTORS,
    bytesIn: 940,
    bytesOut: 520,
    pause: 1,
  },
  'payments.list': {
    method: 'GET',
    path: '/api/admin/pembayaran',
    group: 'admin',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 400,
    bytesOut: 9200,
    pause: 0.8,
  },
  'payment.verify': {
    method: 'POST',
    path: '/api/admin/verifikasi-pembayaran',
    group: 'admin',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 620,
    bytesOut: 780,
    pause: 0.8,
  },
  'users.list': {
    method: 'GET',
    path: '/api/admin/pengguna',
    group: 'admin',
    access: 'member',
    kind: 'api',
    status: 200,
    bytesIn: 400,
    bytesOut: 10_400,
    pause: 1,
  },
} as const satisfies Readonly<Record<string, Endpoint>>;

/** A node of the behaviour graph. */
export type Action = keyof typeof ENDPOINTS;

export const ACTIONS = Object.keys(ENDPOINTS).filter((name): name is Action => name in ENDPOINTS);

/** Times to answer vary like a lognormal with this standard deviation divided by the mean: an assumption. */
export const LATENCY_VARIATION = 0.55;
/** The same for sizes of bodies. */
export const SIZE_VARIATION = 0.35;

export function endpointOf(action: Action): Endpoint {
  return ENDPOINTS[action];
}
