/** One kind of problem: its HTTP status, and what it means when nothing more particular is known. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

/**
 * Every problem the API can answer with. A code is part of the public contract: clients branch on it and the
 * dashboard translates by it, so a code is never renamed and never reused for something else.
 */
export const PROBLEMS = {
  'invalid-request': {
    status: 400,
    title: 'Invalid request',
    detail: 'The request does not have the documented shape. See "errors" for each field.',
  },
  'malformed-json': {
    status: 400,
    title: 'Malformed JSON',
    detail: 'The body is not valid JSON. Send a JSON document with content-type application/json.',
  },
  'file-missing': {
    status: 400,
    title: 'File missing',
    detail: 'Send one file, as multipart/form-data, in a part with a file name.',
  },
  'upload-aborted': {
    status: 400,
    title: 'Upload aborted',
    detail: 'The upload ended before it was complete. Nothing of it was kept; send it again.',
  },
  'authentication-required': {
    status: 401,
    title: 'Authentication required',
    detail: 'Send a valid access token: "Authorization: Bearer <token>". POST /api/login gives one.',
  },
  'invalid-credentials': {
    status: 401,
    title: 'Invalid credentials',
    detail: 'The e-mail address or the password is wrong.',
  },
  'second-factor-required': {
    status: 401,
    title: 'Second factor required',
    detail: 'The password is right. Send it again with "code": of your authenticator, or a recovery code.',
  },
  'second-factor-invalid': {
    status: 401,
    title: 'Second factor invalid',
    detail: 'The code is wrong, too old, or was used already. Wait for the next one and try again.',
  },
  'session-expired': {
    status: 401,
    title: 'Session expired',
    detail: 'The session has ended. Log in again.',
  },
  'webhook-signature-invalid': {
    status: 401,
    title: 'Signature invalid',
    detail: 'The webhook is not signed with the shared secret, or was signed at another time.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    detail: 'Your role does not allow this.',
  },
  'origin-refused': {
    status: 403,
    title: 'Origin refused',
    detail:
      'What changes something must be sent by a page of this application itself. Behind a proxy that changes the Host header, set PUBLIC_URL.',
  },
  'second-factor-enrolment-required': {
    status: 403,
    title: 'Second factor needed first',
    detail:
      'Your role needs a second factor. Set one up by POST /api/v1/account/second-factor, then renew the session.',
  },
  'reauthentication-failed': {
    status: 403,
    title: 'Not confirmed',
    detail: 'This has to be confirmed again, and what was sent to confirm it is wrong.',
  },
  'registration-closed': {
    status: 403,
    title: 'Registration closed',
    detail: 'People join this tenant by invitation. Ask one of its administrators.',
  },
  'email-not-verified': {
    status: 403,
    title: 'E-mail address not verified',
    detail: 'Open the link in the mail that was sent to you, then log in. Registering again sends a new one.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    detail: 'There is nothing at this address.',
  },
  'tenant-unknown': {
    status: 404,
    title: 'Unknown tenant',
    detail: 'The tenant does not exist. Name one by the x-tenant header, or log in.',
  },
  'request-timeout': {
    status: 408,
    title: 'Request timeout',
    detail: 'The request was not complete in time. Send it again.',
  },
  'illegal-step': {
    status: 409,
    title: 'Not possible now',
    detail: 'The booking is at a point of its life where this cannot be done.',
  },
  'slot-taken': {
    status: 409,
    title: 'Slot taken',
    detail: 'Somebody else has booked this slot. GET /api/public/mentor/{id}/jadwal has those that are open.',
  },
  'slot-over': {
    status: 409,
    title: 'Slot over',
    detail: 'This slot has begun already. GET /api/public/mentor/{id}/jadwal has those that are open.',
  },
  'learner-busy': {
    status: 409,
    title: 'Busy at that time',
    detail: 'You have another session at that time. Choose another slot, or cancel the other session.',
  },
  'invoice-step-refused': {
    status: 409,
    title: 'Not possible now',
    detail: 'The invoice is at a point of its life where this cannot be done.',
  },
  'contract-missing': {
    status: 409,
    title: 'No contract',
    detail: 'This tenant has no contract: nothing is billed. Those who run the platform open one.',
  },
  'payment-step-refused': {
    status: 409,
    title: 'Not possible now',
    detail: 'The payment is at a point of its life where this cannot be done.',
  },
  'payment-method-unavailable': {
    status: 409,
    title: 'Cannot be paid this way',
    detail: 'GET /api/v1/tenant/billing/payment-methods has the ways to pay that there are.',
  },
  'plan-change-refused': {
    status: 409,
    title: 'Not possible now',
    detail: 'The plan cannot be changed like this now.',
  },
  'alert-step-refused': {
    status: 409,
    title: 'Not possible now',
    detail: 'The alert, or the silence, is at a point of its life where this cannot be done.',
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    detail: 'This contradicts what is already stored.',
  },
  'own-place': {
    status: 409,
    title: 'Own place',
    detail: 'Nobody changes their own role or takes themselves out. Ask another administrator.',
  },
  'last-administrator': {
    status: 409,
    title: 'Last administrator',
    detail: 'A tenant keeps at least one administrator. Make somebody else one first.',
  },
  'link-invalid': {
    status: 410,
    title: 'Link no longer valid',
    detail: 'The link was used already, has expired, or a newer one took its place. Ask for a new one.',
  },
  'link-expired': {
    status: 410,
    title: 'Link expired',
    detail: 'This link was good for a limited time. Ask for a new one where you got it.',
  },
  'page-changed': {
    status: 412,
    title: 'Page changed',
    detail: 'The page has been saved since you read it. Read it, and save again.',
  },
  'alert-rule-changed': {
    status: 412,
    title: 'Rule changed',
    detail: 'The rule has been changed since you read it. Read it, and change it again.',
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    detail: 'The body is larger than this route accepts.',
  },
  'file-too-large': {
    status: 413,
    title: 'File too large',
    detail: 'The file is larger than is taken here.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    detail: 'Send the body as application/json.',
  },
  'account-locked': {
    status: 423,
    title: 'Account locked',
    detail:
      'Too many wrong passwords. Wait for as long as the Retry-After header says, or set a new password by mail.',
  },
  'file-type-refused': {
    status: 415,
    title: 'File type refused',
    detail: 'What the file contains, whatever its name, is not a type that is taken here.',
  },
  'range-not-satisfiable': {
    status: 416,
    title: 'Range not satisfiable',
    detail: 'The file has no such bytes. The Content-Range header says how many it has.',
  },
  'file-damaged': {
    status: 422,
    title: 'File damaged',
    detail: 'The file is incomplete or not well formed. Save it again and send that.',
  },
  'file-unsafe': {
    status: 422,
    title: 'File unsafe',
    detail:
      'The file has parts that can act when it is opened, or that cannot be read. Save it without them.',
  },
  'payment-refused': {
    status: 422,
    title: 'Payment refused',
    detail: 'The payment provider does not take this payment. Pay another way.',
  },
  'precondition-required': {
    status: 428,
    title: 'Precondition required',
    detail: 'Say by If-Match which version the change is made of.',
  },
  'export-running': {
    status: 429,
    title: 'One export at a time',
    detail:
      'An export that you started is still being made. Wait until it is complete, or cancel it, then try again.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    detail: 'Wait for as long as the Retry-After header says, then try again.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    detail: 'Something went wrong on our side. The log has it under the id in "instance".',
  },
  overloaded: {
    status: 503,
    title: 'Overloaded',
    detail: 'Too much is being asked at once. Try again shortly.',
  },
  'database-unavailable': {
    status: 503,
    title: 'Database unavailable',
    detail: 'The database cannot be reached right now. Try again shortly.',
  },
  'payment-provider-unavailable': {
    status: 503,
    title: 'Payment provider unavailable',
    detail:
      'The payment provider cannot be reached right now. What was begun is followed up: look at the payments before you try again.',
  },
  'file-store-unavailable': {
    status: 503,
    title: 'File store unavailable',
    detail: 'Files cannot be kept or read right now. Try again shortly.',
  },
  'usage-store-unavailable': {
    status: 503,
    title: 'Usage store unavailable',
    detail: 'The usage store cannot be reached right now; nothing recorded is lost. Try again shortly.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;
