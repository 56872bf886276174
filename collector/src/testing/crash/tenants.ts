/** Whose usage comes in batches over HTTP… */
export const BATCH_TENANT = 'crash-batches';
/** …and whose as requests that the recorder sees. */
export const REQUEST_TENANT = 'crash-requests';
export const SUBJECT_TIMEZONE = 'Asia/Jakarta';
/** Carries a request's number, which is recorded as its session. */
export const EVENT_HEADER = 'x-event';
