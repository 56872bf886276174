import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { axeViolations, launchChromium } from '../testing/browser.ts';
import { findChromium, requireAll } from '../testing/environment.ts';
import { temporaryDirectory } from '../testing/postgres.ts';
import { type ServerProcess, startServer } from '../testing/server.ts';

const SCREENSHOTS = fileURLToPath(new URL('../../../screenshots', import.meta.url));
const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
] as const;
const MOST_FAILURES = 5;

const chromiumPath = findChromium();
const missing = 'needs Chromium: install it, or set CHROMIUM_PATH';

describe.skipIf(chromiumPath === undefined && !requireAll)(
  `logging in with a second factor, in a real browser${chromiumPath === undefined ? ` (${missing})` : ''}`,
  () => {
    let browser: Browser;
    let server: ServerProcess;
    let dataDirectory: string;
    let secret: Secret;
    let recoveryCodes: readonly string[];

    beforeAll(async () => {
      if (chromiumPath === undefined) {
        throw new Error(missing);
      }
      mkdirSync(SCREENSHOTS, { recursive: true });
      dataDirectory = await temporaryDirectory();
      server = await startServer({ dataDirectory, env: { DEMO_RATE: '1' } });
      const { access_token } = await post('/api/login', server.logins.get('manager'));
      const { password } = server.logins.get('manager') ?? {};
      const begun = await post('/api/v1/account/second-factor', { password }, access_token);
      secret = Secret.fromBase32(begun.secret ?? '');
      const code = TOTP.generate({ secret });
      const confirmed = await post('/api/v1/account/second-factor/confirm', { code }, access_token);
      recoveryCodes = confirmed.recovery_codes ?? [];
      browser = await launchChromium(chromiumPath);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    });

    async function post(
      url: string,
      body: object | undefined,
      token?: string,
    ): Promise<z.infer<typeof answer>> {
      const response = await fetch(`${server.url}${url}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      });
      return answer.parse(await response.json());
    }

    async function openPage(options: BrowserContextOptions): Promise<Page> {
      const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
      const page = await context.newPage();
      await page.goto(server.url);
      await page.waitForSelector('#email:focus');
      return page;
    }

    /** By the keyboard alone; ends with the focus where the page puts it. */
    async function typePassword(
      page: Page,
      password = server.logins.get('manager')?.password ?? '',
    ): Promise<void> {
      await page.fill('#email', server.logins.get('manager')?.email ?? '');
      await page.focus('#password');
      await page.keyboard.type(password);
      await page.keyboard.press('Enter');
    }

    it('asks for the code, by keyboard; a wrong one is told, a recovery code is taken once', async () => {
      const page = await openPage({});
      await typePassword(page);
      const field = page.locator('#code:focus');
      await field.waitFor();
      expect(await field.getAttribute('autocomplete')).toBe('one-time-code');
      expect(await page.getByRole('alert').count()).toBe(0);

      await page.keyboard.press('Enter');
      expect(await page.getByRole('alert').innerText()).toBe('Enter the code.');
      await page.keyboard.type('000000');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.getByRole('alert').innerText()).toContain('The code is wrong');
      await field.waitFor();

      await page.getByRole('button', { name: 'Use a recovery code' }).click();
      await page.locator('#code:focus').waitFor();
      await page.keyboard.type(recoveryCodes[0]?.toUpperCase() ?? '');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-testid="card-api-calls"]');
      await page.context().close();
    });

    it('goes back to the password for somebody else', async () => {
      const page = await openPage({});
      await typePassword(page);
      await page.getByRole('button', { name: 'Log in as somebody else' }).click();
      await page.locator('#email:focus').waitFor();
      expect(await page.inputValue('#password')).toBe('');
      await page.context().close();
    });

    it.each([
      { locale: 'en-GB', label: 'Code' },
      { locale: 'id-ID', label: 'Kode' },
    ])('passes axe and fits in $locale, light and dark, wide and narrow', async ({ locale, label }) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const viewport of SIZES) {
          const page = await openPage({ locale, colorScheme, viewport });
          await typePassword(page);
          await page.getByLabel(label, { exact: true }).waitFor();
          expect(await axeViolations(page)).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
            viewport.width,
          );
          await page.screenshot({
            path: join(SCREENSHOTS, `log-in-code-${locale.slice(0, 2)}-${viewport.width}-${colorScheme}.png`),
          });
          await page.context().close();
        }
      }
    });

    it('says that an account is locked, and for how long', async () => {
      const page = await openPage({ viewport: SIZES[1] });
      for (let failures = 0; failures < MOST_FAILURES; failures += 1) {
        await typePassword(page, 'wrong');
        await expect.poll(() => page.inputValue('#password')).toBe('');
      }
      await typePassword(page);
      await expect
        .poll(() => page.getByRole('alert').innerText())
        .toMatch(/is locked.*Try again in 60 minutes/);
      await page.screenshot({ path: join(SCREENSHOTS, 'log-in-locked-en-390.png') });
      await page.context().close();
    });
  },
);

const answer = z.object({
  access_token: z.string().optional(),
  secret: z.string().optional(),
  recovery_codes: z.array(z.string()).optional(),
});
