import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runProgram } from './program.ts';

/* The command as `npm run build` leaves it, which `npm run test:browser` runs first, and the page that it writes. */

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const MOST_BYTES = 64_000_000;
const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const CHARTS = ['memory', 'state', 'alerts', 'days', 'hours', 'heat', 'latency'];
const VIEWS = [
  { lang: 'en', width: 1280, colorScheme: 'light' },
  { lang: 'en', width: 390, colorScheme: 'dark' },
  { lang: 'id', width: 1280, colorScheme: 'dark' },
  { lang: 'id', width: 390, colorScheme: 'light' },
] as const;

const directory = mkdtempSync(join(tmpdir(), 'riwayat-built-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs the built command where nothing of the repository is. */
function built(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((resolve) => {
    const options = { cwd: directory, maxBuffer: MOST_BYTES };
    const child = execFile(process.execPath, [MAIN, ...args], options, (_failure, out, error) =>
      resolve({ code: child.exitCode ?? Number.NaN, out, error }),
    );
  });
}

describe('the built command', () => {
  it('helps', async () => {
    const { code, out, error } = await built('validate', '--help');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toContain('--replications');
  });

  it('simulates the same month as the source', async () => {
    let fromSource = '';
    await runProgram(['month', '--seed', '7', '--json'], {
      out: (text) => {
        fromSource += text;
      },
      error: () => undefined,
    });
    const { out, error } = await built('month', '--seed', '7', '--json');
    expect(error).toBe('');
    expect(out).toBe(fromSource);
  });

  it('gives the same report on one thread and on two', async () => {
    const [one, two] = [
      await built('validate', '--replications', '2', '--workers', '1', '--json'),
      await built('validate', '--replications', '2', '--workers', '2', '--json'),
    ];
    expect(one.error).toBe('');
    expect(JSON.parse(one.out)).toMatchObject({ replications: 2, seed: 2 });
    expect(two).toEqual(one);
  });
});

const chromiumPath = process.env['CHROMIUM_PATH'] ?? CHROMIUM_PATHS.find((path) => existsSync(path));
const requireAll = process.env['REQUIRE_ALL'] === '1';
const violations = z.array(z.object({ id: z.string(), help: z.string() }));

describe.skipIf(chromiumPath === undefined && !requireAll)('its report page in a real browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    for (const lang of ['en', 'id']) {
      const { error } = await built(
        'validate',
        '--replications',
        '2',
        '--lang',
        lang,
        '--html',
        `${lang}.html`,
      );
      expect(error).toBe('');
    }
    browser = await chromium.launch({
      ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
      args: ['--no-sandbox', '--disable-gpu'],
    });
  });
  afterAll(async () => browser?.close());

  /** The page without a network, and what went wrong in it. */
  async function open(view: (typeof VIEWS)[number]): Promise<{ page: Page; complaints: string[] }> {
    const { lang, width, colorScheme } = view;
    const context = await browser.newContext({
      offline: true,
      colorScheme,
      viewport: { width, height: 900 },
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) {
        complaints.push(request.url());
      }
    });
    await page.goto(pathToFileURL(join(directory, `${lang}.html`)).href);
    return { page, complaints };
  }

  for (const view of VIEWS) {
    it(`is whole and readable: ${view.lang}, ${view.width} pixels, ${view.colorScheme}`, async () => {
      const { page, complaints } = await open(view);
      await expect(page.locator('.chart canvas').count()).resolves.toBe(CHARTS.length);
      for (const [state, opened] of [
        ['closed', false],
        ['open', true],
      ] as const) {
        await page.locator('details').evaluateAll((all, isOpen) => {
          for (const one of all) {
            one.toggleAttribute('open', isOpen);
          }
        }, opened);
        const width = await page.evaluate('document.documentElement.scrollWidth');
        expect(width, `tables ${state}`).toBe(view.width);
        await page.evaluate(axe.source);
        const found = await page.evaluate('axe.run().then((results) => results.violations)');
        expect(violations.parse(found), `tables ${state}`).toEqual([]);
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    });
  }

  it('says with the keyboard alone what every chart shows', async () => {
    const { page } = await open(VIEWS[0]);
    for (const id of CHARTS) {
      await page.locator(`#${id}`).focus();
      const readouts = new Set<string | null>();
      for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowRight']) {
        await page.keyboard.press(key);
        readouts.add(await page.locator(`#${id}-readout`).textContent());
      }
      expect([...readouts], id).toHaveLength(4);
      expect([...readouts], id).not.toContain('');
    }
    await page.context().close();
  });

  it('says beside the pointer what the table says of the hour', async () => {
    const { page } = await open(VIEWS[0]);
    const field = page.locator('#heat .u-over');
    await field.scrollIntoViewIfNeeded();
    const box = await field.boundingBox();
    const cell = { width: (box?.width ?? 0) / 30, height: (box?.height ?? 0) / 24 };
    // Day 12, 19:00 to 20:00.
    await field.hover({ position: { x: 11.5 * cell.width, y: 19.5 * cell.height } });
    const requests = await page
      .locator('section:has(#heat) tbody tr')
      .nth(11)
      .locator('td')
      .nth(19)
      .textContent();
    await expect(page.locator('#heat .tip').textContent()).resolves.toBe(
      `day 12, 19:00-20:00: ${requests} requests`,
    );
    await page.context().close();
  });

  it('is small', () => {
    expect(readFileSync(join(directory, 'en.html')).byteLength).toBeLessThan(600_000);
  });
});
