/*
 * What goes wrong, on command.
 *
 * Faults are tried in the order in which they were inflicted, and the first that strikes a statement is the only one
 * that does.
 */
import { z } from 'zod';
import { COMMANDED } from './exception.ts';

const misbehaviour = z.discriminatedUnion('kind', [
  /** Connections are refused, those that are open are cut. Until cleared, whatever else is said. */
  z.object({ kind: z.literal('refuse') }),
  /** The statement is never answered: nor run, unless `stored`. */
  z.object({ kind: z.literal('hang'), stored: z.boolean().optional() }),
  /** Bodies pass at this rate, both ways. */
  z.object({ kind: z.literal('slow'), bytesPerSecond: z.int().positive() }),
  /** The connection is reset: when a part of the request is there, nothing run; or of the response, all run. */
  z.object({ kind: z.literal('reset'), during: z.enum(['request', 'response']) }),
  /** The statement is answered with an exception: not run, unless `stored`. */
  z.object({
    kind: z.literal('exception'),
    exception: z.enum(COMMANDED),
    stored: z.boolean().optional(),
  }),
]);

const aim = z.object({
  /** A regular expression; only statements whose beginning it matches are struck. All, unless given. */
  statements: z.string().optional(),
  /** How many statements are struck. All until cleared, unless given. */
  times: z.int().positive().optional(),
  /** The chance of each statement to be struck. 1 unless given. */
  probability: z.number().positive().max(1).optional(),
});

export const fault = z.intersection(misbehaviour, aim);

/** One thing that goes wrong, and for whom. */
export type Fault = z.infer<typeof fault>;

/** The fault that a statement was struck by. */
export type Struck = Exclude<z.infer<typeof misbehaviour>, { kind: 'refuse' }>;

/** The pattern of statements that put rows into a table. */
export function insertsInto(table: string): string {
  return `^\\s*INSERT INTO \\S*\\b${table}\\b`;
}

interface Inflicted {
  readonly what: Struck;
  readonly statements: RegExp;
  readonly probability: number;
  left: number;
}

/** The faults in force. */
export class Faults {
  readonly #random: () => number;
  #inflicted: Inflicted[] = [];
  #struck = 0;

  /** @param random numbers from 0 to 1, for probabilities */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** How many statements were struck so far. */
  get struck(): number {
    return this.#struck;
  }

  add(what: Struck, { statements = '', times = Infinity, probability = 1 }: z.infer<typeof aim>): void {
    this.#inflicted.push({ what, statements: new RegExp(statements), probability, left: times });
  }

  clear(): void {
    this.#inflicted = [];
  }

  /** The fault that strikes a statement, if any; it counts as one of its times. */
  take(statement: string): Struck | undefined {
    const taken = this.#inflicted.find(
      ({ statements, probability }) => statements.test(statement) && this.#random() < probability,
    );
    if (taken === undefined) {
      return undefined;
    }
    this.#struck += 1;
    taken.left -= 1;
    this.#inflicted = this.#inflicted.filter(({ left }) => left > 0);
    return taken.what;
  }
}
