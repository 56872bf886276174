import { describe, expect, it } from 'vitest';
import { ApiError, bodyOf, UNEXPECTED, UNREACHABLE } from './api-error.ts';

const refused = (status: number, error: unknown, headers: Record<string, string> = {}) =>
  bodyOf(Promise.resolve({ error, response: new Response(null, { status, headers }) }));

describe('bodyOf', () => {
  it('gives the body of a good answer', async () => {
    await expect(bodyOf(Promise.resolve({ data: { a: 1 }, response: new Response() }))).resolves.toEqual({
      a: 1,
    });
  });

  it('turns a problem document into an error with its code and the seconds to wait', async () => {
    const error = refused(429, { code: 'too-many-attempts', status: 429 }, { 'retry-after': '30' });
    await expect(error).rejects.toMatchObject({ code: 'too-many-attempts', status: 429, retryAfter: 30 });
  });

  it('does not trust a proxy’s error page or a Retry-After that is a date', async () => {
    const headers = { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' };
    await expect(refused(502, '<html>', headers)).rejects.toMatchObject({
      code: UNEXPECTED,
      retryAfter: undefined,
    });
    await expect(bodyOf(Promise.reject(new SyntaxError('Unexpected token <')))).rejects.toMatchObject({
      code: UNEXPECTED,
    });
  });

  it('tells a server that cannot be reached from a request that was given up', async () => {
    await expect(bodyOf(Promise.reject(new TypeError('fetch failed')))).rejects.toMatchObject({
      code: UNREACHABLE,
    });
    const aborted = bodyOf(Promise.reject(new DOMException('aborted', 'AbortError')));
    await expect(aborted).rejects.not.toBeInstanceOf(ApiError);
  });
});
