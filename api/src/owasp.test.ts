/*
 * What attacks on web applications begin with, tried on the whole application. Tested where the defence is, and not
 * again here: session fixation, reuse of refresh tokens, and log-ins that tell who has an account (identity/log-in.test.ts),
 * registration and reset that do (identity/accounts.test.ts), codes that come twice (identity/second-factor), uploads
 * (files, materials), the origin of a request (hardening/origin.test.ts), the tenant's wall (isolation.test.ts).
 */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { TENANT_ROLES } from './identity/permissions.ts';
import { REFRESH_COOKIE } from './identity/routes.ts';
import { LIVE_PROTOCOL } from './live/routes.ts';
import { startApplication, type TestApplication } from './testing/application.ts';

const PASSWORD = 'correct horse battery staple';
const EVIL = 'https://evil.example';
const SCRIPTS = [
  '<script>globalThis.stolen = 1</script>',
  '<img src=x onerror="globalThis.stolen = 1">',
  '"><svg onload=globalThis.stolen=1>',
  "javascript:globalThis.stolen=1//'",
];

describe('the application', () => {
  let application: TestApplication;

  beforeAll(async () => {
    application = await startApplication({ DEFAULT_TENANT: 'ours' });
    await application.createTenant('ours', TENANT_ROLES);
  });
  afterAll(() => application.stop());

  async function session(): Promise<{ cookies: Record<string, string> }> {
    const answer = await application.app.inject({
      method: 'POST',
      url: '/api/login',
      payload: { email: 'member@ours.example', password: PASSWORD },
    });
    return { cookies: Object.fromEntries(answer.cookies.map(({ name, value }) => [name, value])) };
  }

  describe('cross-site request forgery', () => {
    it.each(['/api/token/refresh', '/api/logout'])(
      'does not reach %s by the cookie that a browser adds',
      async (url) => {
        const { cookies } = await session();
        const forged = await application.app.inject({
          method: 'POST',
          url,
          cookies,
          headers: { origin: EVIL },
        });
        expect(forged.json()).toMatchObject({ status: 403, code: 'origin-refused' });
        const own = await application.app.inject({
          method: 'POST',
          url: '/api/token/refresh',
          cookies,
          headers: { 'sec-fetch-site': 'same-origin' },
        });
        expect(own.statusCode).toBe(200);
      },
    );

    it('cannot log somebody in as the attacker', async () => {
      const forged = await application.app.inject({
        method: 'POST',
        url: '/api/login',
        headers: { origin: EVIL, 'content-type': 'text/plain' },
        payload: JSON.stringify({ email: 'member@ours.example', password: PASSWORD }),
      });
      expect(forged.statusCode).toBe(403);
      expect(forged.cookies).toEqual([]);
    });

    it('does not open the live socket, whatever token the page got hold of', async () => {
      const token = await application.tokenOf('ours', 'administrator');
      const before = await openSockets();
      const socket = new WebSocket(
        `${application.url.replace('http', 'ws')}/usage`,
        [LIVE_PROTOCOL, `bearer.${token}`],
        { origin: EVIL },
      );
      const status = await new Promise((resolve) => {
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
        socket.on('open', () => resolve('open'));
        socket.on('error', () => undefined);
      });
      expect(status).toBe(403);
      // Nor is anything of it left open.
      await expect.poll(() => openSockets()).toBe(before);
    });

    function openSockets(): Promise<number> {
      return new Promise((resolve, reject) => {
        application.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      });
    }

    it('finds a cookie that is sent to us alone, and that no script reads', async () => {
      const answer = await application.app.inject({
        method: 'POST',
        url: '/api/login',
        payload: { email: 'member@ours.example', password: PASSWORD },
      });
      expect(answer.cookies).toMatchObject([
        { name: REFRESH_COOKIE, httpOnly: true, sameSite: 'Strict', path: '/api' },
      ]);
    });

    it('gets no permission to read across origins', async () => {
      const answer = await application.app.inject({
        method: 'OPTIONS',
        url: '/api/login',
        headers: { origin: EVIL, 'access-control-request-method': 'POST' },
      });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    });
  });

  describe('header injection', () => {
    it.each([
      '/api/public/kursus/a%0d%0aset-cookie:%20a=b',
      '/api/public/kursus?q=a%0d%0aset-cookie:%20a=b',
      '/%0d%0aset-cookie:%20a=b',
      '/login/%0d%0aset-cookie:%20a=b',
      '/api/files/%0d%0aset-cookie:%20a=b',
      '/api-docs%0d%0aset-cookie:%20a=b',
    ])('finds no header that %s could end', async (path) => {
      const headers = await rawHeaders(path);
      expect(headers.filter((text) => text.includes('a=b'))).toEqual([]);
    });

    /** As they come over the wire. */
    function rawHeaders(path: string): Promise<string[]> {
      return new Promise((resolve, reject) => {
        httpRequest(`${application.url}${path}`, (response) => {
          response.resume();
          resolve(response.rawHeaders);
        })
          .on('error', reject)
          .end();
      });
    }
  });

  it('tells browsers on every kind of answer what not to do with it', async () => {
    const answers = await Promise.all(
      ['/api/public/kursus', '/nowhere', '/api/v1/tenant/keys', '/health-check'].map((url) =>
        application.app.inject(url),
      ),
    );
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
      });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });

  it('hands out what people typed as JSON that no browser takes for a page', async () => {
    const authorization = `Bearer ${await application.tokenOf('ours', 'administrator')}`;
    for (const name of SCRIPTS) {
      const made = await application.app.inject({
        method: 'POST',
        url: '/api/v1/tenant/keys',
        headers: { authorization },
        payload: { name, scopes: ['ingest:events'] },
      });
      expect(made.json()).toMatchObject({ name });
    }
    const listed = await application.app.inject({ url: '/api/v1/tenant/keys', headers: { authorization } });
    expect(listed.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(listed.headers['x-content-type-options']).toBe('nosniff');
  });

  it('lets no page carry an address that runs a script', async () => {
    const authorization = `Bearer ${await application.tokenOf('ours', 'administrator')}`;
    for (const src of [
      'javascript:alert(1)',
      ' javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      '//evil.example',
    ]) {
      const made = await application.app.inject({
        method: 'POST',
        url: '/api/admin/halaman',
        headers: { authorization },
        payload: { slug: 'evil', document: { title: 'x', blocks: [{ type: 'image', src, alt: 'x' }] } },
      });
      expect({ src, status: made.statusCode }).toEqual({ src, status: 400 });
    }
  });
});
