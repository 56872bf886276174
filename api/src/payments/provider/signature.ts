import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { WebhookSignatureError } from './provider.ts';

/** When the webhook was sent, in whole seconds since 1970. */
export const TIMESTAMP_HEADER = 'x-gateway-timestamp';
/** `sha256=` and the HMAC-SHA-256, in hexadecimal, of the timestamp, a dot, and the body's bytes. */
export const SIGNATURE_HEADER = 'x-gateway-signature';

/** How far two clocks, and the way between, may be apart. What was overheard is of no use after that. */
const TOLERANCE_SECONDS = 300;
const MS_PER_SECOND = 1_000;
const SCHEME = 'sha256=';

/** The headers that prove that a body is from whoever knows the secret. */
export function signatureHeaders(secret: string, body: Buffer, now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / MS_PER_SECOND));
  return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: signature(secret, timestamp, body) };
}

/**
 * Checks the headers of {@link signatureHeaders}. Takes as long for a signature that is nearly right as for any other.
 *
 * @throws {WebhookSignatureError} when they are missing, wrong, or of another time
 */
export function checkSignature(secret: string, headers: IncomingHttpHeaders, body: Buffer, now: Date): void {
  const timestamp = headers[TIMESTAMP_HEADER];
  const given = headers[SIGNATURE_HEADER];
  if (typeof timestamp !== 'string' || typeof given !== 'string' || !/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookSignatureError('The webhook is not signed.');
  }
  const expected = Buffer.from(signature(secret, timestamp, body));
  const actual = Buffer.from(given);
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
    throw new WebhookSignatureError('The signature of the webhook is wrong.');
  }
  if (Math.abs(now.getTime() / MS_PER_SECOND - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw new WebhookSignatureError('The webhook was signed at another time.');
  }
}

function signature(secret: string, timestamp: string, body: Buffer): string {
  return SCHEME + createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
}
