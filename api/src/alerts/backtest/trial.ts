/*
 * A rule tried on the past: would it have fired, when, and for how long?
 *
 * What always holds:
 *   - numbers are what the readers of signals would have read at those instants, had all rows been stored by then;
 *   - the machine is the one that live alerts follow; it begins as if nothing had been wrong before;
 *   - time and memory are bounded: by the span, by the subjects, by parts of the past that are read one after another.
 */
import { type BackTest, backtest, type Input, inputsOf, type Reading, type Rule } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import { problem } from '../../errors/problem.ts';
import type { Series, SignalHistory } from './history.ts';
import { eachOf, type Instants, instantsOf, partsOf } from './instants.ts';

/** What is looked at together: the pieces of a week are some megabytes. */
const INSTANTS_OF_PART = 10_080;
export const MOST_SUBJECTS = 20;
export const LONGEST_TRIAL_SECONDS = 60;
const MS_PER_SECOND = 1_000;

/** What a rule would have made of one subject. */
export interface TriedSubject {
  readonly subject: string;
  readonly readings: readonly Reading[];
  readonly result: BackTest;
}

export interface Trial {
  readonly tickSeconds: number;
  readonly subjects: readonly TriedSubject[];
  /** How many more there were than are tried. */
  readonly subjectsLeftOut: number;
}

/** Tries rules. */
export class Trials {
  readonly #histories: readonly SignalHistory[];

  constructor(histories: readonly SignalHistory[]) {
    this.#histories = histories;
  }

  /**
   * Tries a rule on a span of a tenant's past; on the platform's when it is the tenant that operators are people of.
   *
   * @param rule of a signal that the tenant may watch
   * @param to not before `from`; both are asked
   * @throws {ProblemError} `invalid-request` for a signal that nothing is kept of; `overloaded` when it takes too long
   */
  async run(tenantId: TenantId, rule: Rule, from: Date, to: Date): Promise<Trial> {
    const history = this.#histories.find(({ signals }) => signals.includes(rule.signal));
    if (history === undefined) {
      throw problem('invalid-request', {
        errors: [
          {
            path: 'body.rule.signal',
            rule: 'history',
            message: `is a state of now that is not kept; what can be tried is ${this.signals().join(', ')}`,
          },
        ],
      });
    }
    const instants = instantsOf(from, to);
    const readings = await this.#readings(tenantId, rule, history, instants);
    const subjects = [...readings].sort(([one], [other]) => (one < other ? -1 : 1));
    return {
      tickSeconds: instants.step / MS_PER_SECOND,
      subjects: subjects.slice(0, MOST_SUBJECTS).map(([subject, ofSubject]) => ({
        subject,
        readings: ofSubject,
        result: backtest(rule, ofSubject),
      })),
      subjectsLeftOut: Math.max(0, subjects.length - MOST_SUBJECTS),
    };
  }

  /** Those of which there is a past to try rules on. */
  signals(): string[] {
    return this.#histories.flatMap(({ signals }) => signals);
  }

  async #readings(
    tenantId: TenantId,
    rule: Rule,
    history: SignalHistory,
    instants: Instants,
  ): Promise<Map<string, Reading[]>> {
    const inputs = inputsOf(rule);
    const until = performance.now() + LONGEST_TRIAL_SECONDS * MS_PER_SECOND;
    const readings = new Map<string, Reading[]>();
    for (const part of partsOf(instants, INSTANTS_OF_PART)) {
      if (performance.now() > until) {
        throw problem('overloaded', {
          detail: `Trying the rule took longer than ${LONGEST_TRIAL_SECONDS} seconds. Ask for a shorter span.`,
        });
      }
      const read = (input: Input): Promise<Series> => history.read({ tenantId, input }, part);
      const values = await read(inputs.value);
      const others = inputs.other && (await read(inputs.other));
      for (const subject of new Set([...values.keys(), ...readings.keys()])) {
        const ofSubject = readings.get(subject) ?? [];
        const [value, other] = [values.get(subject), others?.get(subject)];
        let place = 0;
        for (const at of eachOf(part)) {
          ofSubject.push({ at, value: value?.[place] ?? null, other: other?.[place] ?? null });
          place += 1;
        }
        readings.set(subject, ofSubject);
      }
    }
    return readings;
  }
}
