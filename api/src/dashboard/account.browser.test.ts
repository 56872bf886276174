import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DEMO_TENANT } from '../demo/people.ts';
import { outboxMails } from '../notifications/outbox.ts';
import type { Database } from '../postgres/database.ts';
import { axeViolations, launchChromium } from '../testing/browser.ts';
import { findChromium, requireAll } from '../testing/environment.ts';
import { startTestPostgres, type TestPostgres, temporaryDirectory } from '../testing/postgres.ts';
import { type ServerProcess, startServer } from '../testing/server.ts';

const SCREENSHOTS = fileURLToPath(new URL('../../../screenshots', import.meta.url));
const NEW_PASSWORD = 'tujuh gajah menyanyi pelan';

const grant = z.object({ access_token: z.string() });
const chromiumPath = findChromium();
const missing = 'needs Chromium: install it, or set CHROMIUM_PATH';

describe.skipIf(chromiumPath === undefined && !requireAll)(
  `what people do about their account by mail, in a real browser${chromiumPath === undefined ? ` (${missing})` : ''}`,
  () => {
    let browser: Browser;
    let postgres: TestPostgres;
    let database: Database;
    let server: ServerProcess;
    let dataDirectory: string;

    beforeAll(async () => {
      if (chromiumPath === undefined) {
        throw new Error(missing);
      }
      mkdirSync(SCREENSHOTS, { recursive: true });
      dataDirectory = await temporaryDirectory();
      postgres = await startTestPostgres();
      const fresh = await postgres.freshDatabase();
      database = fresh.database;
      const env = { DATABASE_URL: fresh.url, DEMO: 'on', DEMO_RATE: '1', RATE_LIMITS: 'off' };
      server = await startServer({ dataDirectory, env });
      browser = await launchChromium(chromiumPath);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
      await postgres?.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    });

    async function openPage(address: string, options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
      const page = await context.newPage();
      await page.goto(new URL(address, server.url).href);
      return page;
    }

    /** The link in the newest mail to somebody, as it stands in the outbox. */
    async function mailedLink(to: string): Promise<string> {
      await expect.poll(async () => (await outboxMails(database.db, to)).length).toBeGreaterThan(0);
      const text = (await outboxMails(database.db, to)).at(-1)?.written?.text ?? '';
      return /http\S+/.exec(text)?.[0] ?? '';
    }

    async function logIn(page: Page, email: string, password: string): Promise<void> {
      await page.fill('#email', email);
      await page.fill('#password', password);
      await page.keyboard.press('Enter');
    }

    it('sets a new password by a mailed link, by keyboard, and tells nobody who has an account', async () => {
      const { email = '' } = server.logins.get('manager') ?? {};
      const page = await openPage('/login');
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      const told: string[] = [];
      for (const address of ['nobody@example.com', email]) {
        await page.goto(`${server.url}/forgot`);
        await page.locator('#email:focus').waitFor();
        await page.keyboard.type(address);
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
        told.push((await page.locator('main').innerText()).replace(address, '…'));
      }
      expect(told[0]).toBe(told[1]);
      expect(await axeViolations(page)).toEqual([]);

      const link = await mailedLink(email);
      await page.goto(link);
      await page.locator('#password:focus').waitFor();
      expect(page.url()).toBe(`${server.url}/reset`);
      await page.keyboard.type('short');
      await page.keyboard.press('Enter');
      await page.getByText('Too short: it needs at least 10 characters.').waitFor();
      await page.locator('#password:focus').fill(NEW_PASSWORD);
      expect(await axeViolations(page)).toEqual([]);
      await page.keyboard.press('Enter');

      await page.getByText('Your new password is set').waitFor();
      expect(page.url()).toBe(`${server.url}/login`);
      expect(await axeViolations(page)).toEqual([]);
      await page.screenshot({ path: join(SCREENSHOTS, 'account-password-set-en.png') });
      await logIn(page, email, NEW_PASSWORD);
      await page.getByTestId('card-api-calls').waitFor();
      expect(
        await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])'),
      ).not.toContain(tokenOf(link));

      await page.goto(link);
      await page.fill('#password', NEW_PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
      await page.getByRole('link', { name: 'Ask for a new link' }).click();
      await page.locator('#email').waitFor();
      await page.context().close();
    });

    it('ends the session of this browser too when it was of the person with the new password', async () => {
      const { email = '', password = '' } = server.logins.get('it_staff') ?? {};
      const page = await openPage('/login');
      await logIn(page, email, password);
      await page.getByRole('button', { name: /^Account of/ }).waitFor();
      expect((await post('/api/password/forgot', { email })).status).toBe(202);
      await page.goto(await mailedLink(email));
      await page.fill('#password', NEW_PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByText('Your new password is set').waitFor();
      expect(page.url()).toBe(`${server.url}/login`);
      await page.context().close();
    });

    it('registers and confirms the address on a press, in Indonesian', async () => {
      const email = 'sari@example.com';
      const page = await openPage('/login', { locale: 'id-ID' });
      await page.getByRole('link', { name: 'Baru di sini? Daftar' }).click();
      await page.locator('#name:focus').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('Isi nama Anda.').waitFor();
      await page.fill('#name', 'Sari Wulandari');
      await page.fill('#email', email);
      await page.fill('#password', email);
      await page.keyboard.press('Enter');
      await page.getByText('Tidak boleh sama dengan alamat email Anda.').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.locator('#password:focus').fill(NEW_PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Periksa email Anda' }).waitFor();

      const link = await mailedLink(email);
      await page.goto(link);
      const confirm = page.getByRole('button', { name: 'Konfirmasi alamat' });
      await confirm.waitFor();
      expect(page.url()).toBe(`${server.url}/verify`);
      expect(await countPeople(email)).toBe(0);
      expect(await axeViolations(page)).toEqual([]);

      await page.reload();
      await page.getByRole('heading', { name: 'Tautannya tidak ada' }).waitFor();
      await page.goto(link);
      await confirm.click();
      await page.getByText('Alamat email Anda sudah dikonfirmasi.').waitFor();
      expect(await countPeople(email)).toBe(1);
      await logIn(page, email, NEW_PASSWORD);
      await page.getByRole('button', { name: 'Akun Sari Wulandari' }).waitFor();

      await page.goto(link);
      await confirm.click();
      await page.getByRole('heading', { name: 'Tautan ini tidak berlaku lagi' }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.context().close();
    });

    it('takes somebody new in by invitation, who says their name and chooses a password', async () => {
      const email = 'bayu@example.com';
      await invite(email);
      const page = await openPage(await mailedLink(email));
      expect(page.url()).toBe(`${server.url}/invitation`);
      await page.getByRole('button', { name: 'Accept the invitation' }).click();
      await page.locator('#name:focus').waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
      await page.keyboard.type('Bayu');
      await page.fill('#password', 'password123');
      await page.keyboard.press('Enter');
      await page.getByText('It is one of the most used passwords.').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.screenshot({ path: join(SCREENSHOTS, 'account-newcomer-en.png') });
      await page.fill('#password', NEW_PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByText('Log in with the password that you have just chosen.').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await logIn(page, email, NEW_PASSWORD);
      await page.getByRole('button', { name: 'Account of Bayu' }).waitFor();
      await page.context().close();
    });

    it('takes somebody known in as they are, and tells them to log in as usual', async () => {
      const email = 'dewi@example.com';
      await database.db
        .insertInto('users')
        .values({ id: 'usr_dewi', email, name: 'Dewi', password_hash: null })
        .execute();
      await invite(email);
      const page = await openPage(await mailedLink(email));
      await page.getByRole('button', { name: 'Accept the invitation' }).click();
      await page.getByText('log in as usual, with your own password').waitFor();
      expect(page.url()).toBe(`${server.url}/login`);
      await page.context().close();
    });

    it('tells whoever is logged in what came of a link, and leaves their session alone', async () => {
      const { email = '', password = '' } = server.logins.get('board') ?? {};
      const invited = 'rani@example.com';
      await invite(invited);
      const page = await openPage('/login');
      await logIn(page, email, password);
      await page.getByRole('button', { name: /^Account of/ }).waitFor();
      await page.goto(await mailedLink(invited));
      await page.getByRole('button', { name: 'Accept the invitation' }).click();
      await page.fill('#name', 'Rani');
      await page.fill('#password', NEW_PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Done' }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.getByRole('link', { name: 'Go to usage' }).click();
      await page.getByTestId('card-api-calls').waitFor();
      await page.context().close();
    });

    it('says that a tenant only invites people', async () => {
      await database.db
        .updateTable('tenants')
        .set({ registration: 'invitation' })
        .where('id', '=', DEMO_TENANT)
        .execute();
      const page = await openPage('/register');
      await page.fill('#name', 'Sari');
      await page.fill('#email', 'other@example.com');
      await page.fill('#password', NEW_PASSWORD);
      await page.keyboard.press('Enter');
      await expect
        .poll(() => page.getByRole('alert').innerText())
        .toBe('People join by invitation only. Ask one of the administrators for one.');
      await page.context().close();
    });

    async function countPeople(email: string): Promise<number> {
      return (await database.db.selectFrom('users').where('email', '=', email).select('id').execute()).length;
    }

    async function invite(email: string): Promise<void> {
      const { access_token } = grant.parse(
        await (await post('/api/login', server.logins.get('administrator'))).json(),
      );
      const invited = { email, role: 'manager' };
      expect((await post('/api/v1/tenant/invitations', invited, access_token)).status).toBe(201);
    }

    function post(address: string, body: object | undefined, token?: string): Promise<Response> {
      return fetch(`${server.url}${address}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      });
    }
  },
);

function tokenOf(link: string): string {
  return /token=(.+)$/.exec(link)?.[1] ?? '';
}
