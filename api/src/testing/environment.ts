import { existsSync } from 'node:fs';

const CHROMIUM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The environment that child processes start from. */
export const inherited: NodeJS.ProcessEnv = process.env;

/** Whether a test that lacks what it needs fails instead of being skipped. */
export const requireAll = process.env['REQUIRE_ALL'] === '1';

/** Where Chromium is: `CHROMIUM_PATH`, else where systems put it. Undefined: nowhere. */
export function findChromium(): string | undefined {
  return process.env['CHROMIUM_PATH'] ?? CHROMIUM_PATHS.find((path) => existsSync(path));
}
