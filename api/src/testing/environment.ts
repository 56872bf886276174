import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

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

/** Where a program is that the shell would find by its name; undefined: nowhere. */
export function findOnPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, program))
    .find((path) => existsSync(path));
}
