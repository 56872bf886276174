import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { axeViolations, launchChromium } from '../testing/browser.ts';
import { findChromium, requireAll } from '../testing/environment.ts';
import { temporaryDirectory } from '../testing/postgres.ts';
import { type ServerProcess, startServer } from '../testing/server.ts';
import { usageSummary } from '../usage/schema.ts';

const SCREENSHOTS = fileURLToPath(new URL('../../../screenshots', import.meta.url));
const MONTH_DAYS = 30;
const MONTH_REQUESTS = 13_880;
const LIVE_WITHIN_MS = 10_000;

const LANGUAGES = [
  { locale: 'en-GB', lang: 'en', title: 'Usage', live: 'Live', total: '13,880', logIn: 'Log in' },
  { locale: 'id-ID', lang: 'id', title: 'Pemakaian', live: 'Langsung', total: '13.880', logIn: 'Masuk' },
] as const;
const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
] as const;

const grant = z.object({ access_token: z.string() });
const chromiumPath = findChromium();
const missing = 'needs Chromium: install it, or set CHROMIUM_PATH';

describe.skipIf(chromiumPath === undefined && !requireAll)(
  `the dashboard in a real browser${chromiumPath === undefined ? ` (${missing})` : ''}`,
  () => {
    let browser: Browser;
    let server: ServerProcess;
    let dataDirectory: string;
    let month: { start: string; end: string };

    beforeAll(async () => {
      if (chromiumPath === undefined) {
        throw new Error(missing);
      }
      mkdirSync(SCREENSHOTS, { recursive: true });
      dataDirectory = await temporaryDirectory();
      // The demo's people log in from this machine's address too, and would use up what it may try in a minute.
      const env = { DEMO_RATE: '5', RATE_LIMITS: 'off' };
      server = await startServer({ dataDirectory, built: true, env });
      const { start } = JSON.parse(readFileSync(join(dataDirectory, 'demo.json'), 'utf8'));
      const end = Temporal.PlainDate.from(start).add({ days: MONTH_DAYS - 1 });
      month = { start, end: end.toString() };
      browser = await launchChromium(chromiumPath);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    });

    /** A page whose console errors are kept. */
    async function openPage(
      options: Parameters<Browser['newContext']>[0],
    ): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') {
          complaints.push(message.text());
        }
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      return { context, page, complaints };
    }

    /** Logs in with the keyboard alone: the e-mail field has the focus when the page opens. */
    async function logIn(page: Page, role = 'administrator'): Promise<void> {
      const login = server.logins.get(role);
      await page.goto(server.url);
      await page.waitForSelector('#email:focus');
      await page.keyboard.type(login?.email ?? '');
      await page.keyboard.press('Tab');
      await page.keyboard.type(login?.password ?? '');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-testid="card-api-calls"]');
    }

    describe.each(LANGUAGES)('in $lang', ({ locale, lang, title, live, total, logIn: logInTitle }) => {
      it('logs in by keyboard, shows the month, and moves with live requests', async () => {
        const { context, page, complaints } = await openPage({ locale });
        await logIn(page);
        expect(await page.title()).toBe(`${title} · Chill Ajar · Riwayat`);
        expect(await page.getAttribute('html', 'lang')).toBe(lang);

        const calls = page.getByTestId('card-api-calls');
        await expect.poll(() => page.getByTestId('live-state').innerText()).toContain(live);
        const before = await calls.innerText();
        await expect.poll(() => calls.innerText(), { timeout: LIVE_WITHIN_MS }).not.toBe(before);

        await page.goto(
          `${server.url}/tenant/dashboard/admin/usage?period=custom&start=${month.start}&end=${month.end}`,
        );
        await expect.poll(() => calls.innerText()).toBe(total);
        const days = page.getByTestId('daily-table').locator('tbody tr');
        await expect.poll(() => days.count()).toBe(MONTH_DAYS);
        const counts = await days.locator('td:first-of-type').allInnerTexts();
        expect(sum(counts.map((text) => Number(text.replace(/\D/g, ''))))).toBe(MONTH_REQUESTS);
        expect(complaints).toEqual([]);
        await context.close();
      });

      it('passes axe on the log-in and the usage page, light and dark, wide and narrow', async () => {
        const found: string[] = [];
        for (const colorScheme of ['light', 'dark'] as const) {
          for (const viewport of SIZES) {
            const { context, page } = await openPage({
              locale,
              colorScheme,
              viewport,
              reducedMotion: 'reduce',
            });
            await page.goto(server.url);
            await page.getByRole('heading', { name: logInTitle }).waitFor();
            found.push(...(await axeViolations(page)));
            await logIn(page);
            await page.getByTestId('endpoint-table').waitFor();
            found.push(...(await axeViolations(page)));
            const width = await page.evaluate('document.documentElement.scrollWidth');
            expect(width, `${viewport.width} px wide, ${lang}`).toBeLessThanOrEqual(viewport.width);
            await page.screenshot({
              path: join(SCREENSHOTS, `usage-${lang}-${viewport.width}-${colorScheme}.png`),
              fullPage: true,
            });
            await context.close();
          }
        }
        expect(found).toEqual([]);
      });
    });

    it('sorts the endpoint table by any column, and says so to assistive technology', async () => {
      const { context, page } = await openPage({ locale: 'en-GB' });
      await logIn(page);
      const table = page.getByTestId('endpoint-table');
      const header = table.getByRole('columnheader', { name: 'p95' });
      await header.getByRole('button').click();
      expect(await header.getAttribute('aria-sort')).toBe('descending');
      await header.getByRole('button').click();
      expect(await header.getAttribute('aria-sort')).toBe('ascending');
      await context.close();
    });

    it('tells a wrong password from a right one, and stays usable', async () => {
      const { context, page } = await openPage({ locale: 'en-GB' });
      await page.goto(server.url);
      await page.fill('#email', server.logins.get('manager')?.email ?? '');
      await page.fill('#password', 'wrong');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.getByRole('alert').innerText()).toBe('E-mail or password is wrong.');
      await page.fill('#password', server.logins.get('manager')?.password ?? '');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-testid="card-api-calls"]');
      await context.close();
    });

    it('tells those who may not see usage so, and stays logged in over a reload', async () => {
      const { context, page } = await openPage({ locale: 'en-GB' });
      const login = server.logins.get('it_staff');
      await page.goto(server.url);
      await page.fill('#email', login?.email ?? '');
      await page.fill('#password', login?.password ?? '');
      await page.keyboard.press('Enter');
      const refusal = page.getByRole('heading', { name: 'Usage is not part of your role' });
      await refusal.waitFor();
      await page.reload();
      await refusal.waitFor();
      await context.close();
    });

    it('recovers by itself when the server is killed and comes back, with right numbers', async () => {
      const { context, page } = await openPage({ locale: 'en-GB' });
      await logIn(page);
      const state = page.getByTestId('live-state');
      await expect.poll(() => state.innerText()).toContain('Live');
      const port = new URL(server.url).port;
      const { logins } = server;

      await server.kill();
      await expect
        .poll(() => state.innerText(), { timeout: LIVE_WITHIN_MS })
        .toMatch(/Reconnecting|Connecting/);
      server = { ...(await startServer({ dataDirectory, built: true, env: { PORT: port } })), logins };
      await expect.poll(() => state.innerText(), { timeout: 30_000 }).toContain('Live');

      const shown = async (): Promise<number> =>
        Number((await page.getByTestId('card-api-calls').innerText()).replace(/\D/g, ''));
      const told = await callsTold(server);
      await expect.poll(shown, { timeout: LIVE_WITHIN_MS }).toBeGreaterThanOrEqual(told);
      expect(await shown()).toBeLessThan(told + 100);
      await context.close();
    });
  },
);

/** This month's calls by the API's own word. */
async function callsTold({ url, logins }: ServerProcess): Promise<number> {
  const login = await fetch(`${url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(logins.get('administrator')),
  });
  const { access_token } = grant.parse(await login.json());
  const summary = await fetch(`${url}/api/v1/tenant/usage/summary`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  return usageSummary.parse(await summary.json()).api_calls.total;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
