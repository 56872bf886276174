import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Model, Timed } from './model.ts';

const run = promisify(execFile);

/** Debian's package is for Debian's own Python, which need not be the first one found. */
const PYTHONS = ['python3', '/usr/bin/python3'];
const PROGRAM = fileURLToPath(new URL('simpy_mm4.py', import.meta.url));

const printed = z.object({
  events: z.number().int(),
  seconds: z.number().positive(),
  meanPresent: z.number(),
  meanResponse: z.number(),
});

/** A Python that has SimPy, if there is one. */
export async function findSimpy(): Promise<string | undefined> {
  for (const python of PYTHONS) {
    const has = await run(python, ['-c', 'import simpy']).then(
      () => true,
      () => false,
    );
    if (has) {
      return python;
    }
  }
  return undefined;
}

/** The model in SimPy, in a process of its own. */
export async function simpyRun(
  python: string,
  { seed, arrivalRate, meanService }: Model,
  until: number,
): Promise<Timed> {
  const { stdout } = await run(python, [PROGRAM, ...[seed, arrivalRate, meanService, until].map(String)]);
  return printed.parse(JSON.parse(stdout));
}
