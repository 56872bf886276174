import { documented } from '../figures/figures.ts';
import { ACTIONS, type Action } from '../workload/endpoints.ts';

export const BYTES_PER_MB = 1_000_000;
export const BYTES_PER_KB = 1000;

/** Mean size of a stored file: 67 MB over 234 files. */
const STORED_BYTES =
  (documented('uploads.days-22-30.size') * BYTES_PER_MB) / documented('uploads.days-22-30');
/** Documented: compression saves 56 % of the storage. */
export const STORED_SHARE = 1 - 0.56;
/** Mean size of a file as it is sent, bytes. */
export const SENT_BYTES = STORED_BYTES / STORED_SHARE;

/** At which devices send, bytes a second. Assumptions: 4G in a town, a line at home or at work. */
export const MOBILE_LINK = 300 * BYTES_PER_KB;
export const DESKTOP_LINK = 1500 * BYTES_PER_KB;

/** Requests that carry files: uploads proper, and forms that have pictures or documents with them (an assumption). */
const WITH_FILES: readonly Action[] = ['proof', 'profile.photo', 'course.create', 'session.end'];

/** By action, 1 for those that carry files. */
export const CARRIES_FILES = Uint8Array.from(ACTIONS, (action) => (WITH_FILES.includes(action) ? 1 : 0));
