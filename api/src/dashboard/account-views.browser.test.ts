import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations, launchChromium } from '../testing/browser.ts';
import { findChromium, requireAll } from '../testing/environment.ts';
import { temporaryDirectory } from '../testing/postgres.ts';
import { type ServerProcess, startServer } from '../testing/server.ts';

const SCREENSHOTS = fileURLToPath(new URL('../../../screenshots', import.meta.url));
const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
] as const;
/** Well formed, and nobody's. */
const UNKNOWN_TOKEN = 'pN8q0h2V6mT4yB1sXw9aZc3eR5uK7jLd-fG_oIiHqEk';

interface View {
  readonly address: string;
  /** From there to what is looked at. */
  readonly reach?: (page: Page) => Promise<void>;
}

const VIEWS: Readonly<Record<string, View>> = {
  'log-in': { address: '/#/login' },
  forgot: { address: '/forgot' },
  'mail-sent': {
    address: '/forgot',
    async reach(page) {
      await page.fill('#email', 'nobody@example.com');
      await page.keyboard.press('Enter');
      await page.locator('a.button[href="/login"]').waitFor();
    },
  },
  register: { address: '/register' },
  'register-problems': {
    address: '/register',
    async reach(page) {
      await page.click('button[type="submit"]');
      await page.locator('#name[aria-invalid="true"]:focus').waitFor();
    },
  },
  reset: { address: `/#/reset?token=${UNKNOWN_TOKEN}` },
  verify: { address: `/#/verify?token=${UNKNOWN_TOKEN}` },
  'used-link': {
    address: `/#/verify?token=${UNKNOWN_TOKEN}`,
    async reach(page) {
      await page.click('button[type="submit"]');
      await page.locator('a.button[href="/register"]').waitFor();
    },
  },
  invitation: { address: `/#/invitation?token=${UNKNOWN_TOKEN}` },
  'missing-link': { address: '/reset' },
};

const chromiumPath = findChromium();
const missing = 'needs Chromium: install it, or set CHROMIUM_PATH';

describe.skipIf(chromiumPath === undefined && !requireAll)(
  `the account pages, in a real browser${chromiumPath === undefined ? ` (${missing})` : ''}`,
  () => {
    let browser: Browser;
    let server: ServerProcess;
    let dataDirectory: string;

    beforeAll(async () => {
      if (chromiumPath === undefined) {
        throw new Error(missing);
      }
      mkdirSync(SCREENSHOTS, { recursive: true });
      dataDirectory = await temporaryDirectory();
      server = await startServer({ dataDirectory, env: { DEMO: 'off', RATE_LIMITS: 'off' } });
      browser = await launchChromium(chromiumPath);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    });

    describe.each(['en-GB', 'id-ID'])('in %s', (locale) => {
      it.each(['light', 'dark'] as const)('pass axe and fit, %s, wide and narrow', async (colorScheme) => {
        for (const viewport of SIZES) {
          const context = await browser.newContext({
            locale,
            colorScheme,
            viewport,
            reducedMotion: 'reduce',
          });
          const page = await context.newPage();
          for (const [name, { address, reach }] of Object.entries(VIEWS)) {
            await page.goto(`${server.url}${address}`);
            await page.getByRole('heading', { level: 1 }).waitFor();
            await reach?.(page);
            expect(await axeViolations(page), name).toEqual([]);
            const width = await page.evaluate('document.documentElement.scrollWidth');
            expect(width, name).toBeLessThanOrEqual(viewport.width);
            const file = `account-${name}-${locale.slice(0, 2)}-${viewport.width}-${colorScheme}.png`;
            await page.screenshot({ path: join(SCREENSHOTS, file) });
          }
          await context.close();
        }
      });
    });
  },
);
