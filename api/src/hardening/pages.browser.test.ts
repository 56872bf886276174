import type { FastifyInstance } from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../app.ts';
import { DASHBOARD_DIRECTORY } from '../dashboard/dashboard.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { launchChromium } from '../testing/browser.ts';
import { findChromium, requireAll } from '../testing/environment.ts';

const PASSWORD = 'correct horse battery staple';
const EMAIL = 'attacker@ours.example';
const NAME = '<img src=x onerror="globalThis.stolen=1"><script>globalThis.stolen=1</script>';
const chromiumPath = findChromium();
const missing = 'needs Chromium: install it, or set CHROMIUM_PATH';

describe.skipIf(chromiumPath === undefined && !requireAll)(
  `our pages in a real browser${chromiumPath === undefined ? ` (${missing})` : ''}`,
  () => {
    let application: TestApplication;
    let app: FastifyInstance;
    let url: string;
    let browser: Browser;

    beforeAll(async () => {
      if (chromiumPath === undefined) {
        throw new Error(missing);
      }
      application = await startApplication({ DEFAULT_TENANT: 'ours' });
      const { config, services } = application;
      const tenant = await services.tenants.create({ id: 'ours', name: NAME });
      await services.people.createUser({
        email: EMAIL,
        name: NAME,
        password: PASSWORD,
        memberships: [{ tenantId: tenant.id, role: 'administrator' }],
      });
      app = await buildApp({ config, services, dashboardDirectory: DASHBOARD_DIRECTORY });
      url = await app.listen({ host: '127.0.0.1', port: 0 });
      browser = await launchChromium(chromiumPath);
    });
    afterAll(async () => {
      await browser?.close();
      await app?.close();
      await application?.stop();
    });

    /** A page, and what the browser complains of: violations of the content security policy among it. */
    async function open(path: string): Promise<{ page: Page; complaints: string[] }> {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') {
          complaints.push(message.text());
        }
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${url}${path}`);
      return { page, complaints };
    }

    it('shows what somebody named themselves and their tenant, and runs none of it', async () => {
      const { page, complaints } = await open('/');
      await page.fill('#email', EMAIL);
      await page.fill('#password', PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByText('<script>').first().waitFor();
      // Charts are drawn and the live socket is open by now, both under the strict policy.
      await page.locator('canvas').first().waitFor();
      expect(await page.evaluate('globalThis.stolen')).toBeUndefined();
      expect(complaints).toEqual([]);
    });

    it('draws the API’s documentation with every operation in it, and violates no policy', async () => {
      const { page, complaints } = await open('/api-docs');
      await page.locator('.opblock').first().waitFor();
      const { paths } = (await app.inject('/api-docs/json')).json();
      const operations = Object.values<object>(paths).flatMap(Object.keys);
      expect(await page.locator('.opblock').count()).toBe(operations.length);
      expect(complaints).toEqual([]);
    });
  },
);
