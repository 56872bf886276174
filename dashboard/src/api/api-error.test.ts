import { describe, expect, it } from 'vitest';
import { ApiError, bodyOf, succeeded, UNEXPECTED, UNREACHABLE } from './api-error.ts';

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

  it('keeps what is wrong with each field', async () => {
    const fields = [{ path: 'body.password', rule: 'password_common', message: 'is one of the most used' }];
    const error = refused(400, { code: 'invalid-request', status: 400, errors: fields });
    await expect(error).rejects.toMatchObject({ code: 'invalid-request', fields });
    await expect(refused(502, '<html>')).rejects.toMatchObject({ fields: [] });
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

describe('succeeded', () => {
  it('is content with an answer that says nothing', async () => {
    const nothing = Promise.resolve({ response: new Response(null, { status: 204 }) });
    await expect(succeeded(nothing)).resolves.toBeUndefined();
  });

  it('throws what the server refused by', async () => {
    const refusal = Promise.resolve({
      error: { code: 'link-invalid' },
      response: new Response(null, { status: 410 }),
    });
    await expect(succeeded(refusal)).rejects.toMatchObject({ code: 'link-invalid', status: 410 });
  });
});
