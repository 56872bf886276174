import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const planFile = z.object({
  version: z.literal(1),
  /** Seed of the generated month. */
  seed: z.int(),
  /** Local date of the month's first day. */
  start: z.iso.date(),
  /** The instant up to which history is made. */
  until: z.iso.datetime(),
  /** The passwords of the sixty people follow from it, so that they can be played after a restart. */
  accountSecret: z.string().min(32),
  /** True once everything that the plan says is made. */
  complete: z.boolean(),
});

/**
 * What the demo consists of. Written before anything of it is made, so that a first start that was cut off is
 * taken up again with the same rows under the same names, which the store keeps once.
 */
export type DemoPlan = z.infer<typeof planFile>;

/** The plan file cannot be used. */
export class DemoPlanError extends Error {
  override readonly name = 'DemoPlanError';
}

/**
 * The plan kept at `path`, or undefined when there is none yet.
 *
 * @throws {DemoPlanError} when the file is damaged
 */
export function readPlan(path: string): DemoPlan | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  const parsed = planFile.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new DemoPlanError(
      `${path} is damaged. Delete the whole data directory to start the demo anew, or set DEMO=off.`,
    );
  }
  return parsed.data;
}

export function writePlan(path: string, plan: DemoPlan): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
