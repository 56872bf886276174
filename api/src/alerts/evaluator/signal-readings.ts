/*
 * What the readers say, for all rules together.
 *
 * What always holds: a reader is asked one thing at a time; one that fails or takes long holds up nobody else, and an
 * answer that comes late counts for the instant that was asked for. What could not be read is unknown, and changes nothing.
 */
import type { SignalKey } from '@riwayat/alerting';
import type { Logger } from '../../postgres/logger.ts';
import { rest } from '../../stopping.ts';
import type { SignalQuestion, SignalReader, SignalValue } from '../signals/reader.ts';
import type { WatchedRule } from './rule-book.ts';

/** Of a round of five seconds: what is not there by then is taken in the next one. */
const BOUND_MS = 3_000;
/** A reader that has not answered by then never will: it is asked anew. */
const GIVE_UP_MS = 60_000;

/** What was read of a rule at an instant. */
export interface RuleReading {
  readonly rule: WatchedRule;
  readonly at: Date;
  readonly values: readonly SignalValue[];
  readonly others: readonly SignalValue[];
}

interface Asked {
  readonly at: Date;
  readonly rules: readonly WatchedRule[];
  readonly settled: Promise<void>;
  /** Undefined while it is being read. */
  outcome?: Outcome;
}

type Outcome = { readonly readings: readonly RuleReading[] } | { readonly error: unknown };

interface Lane {
  readonly reader: SignalReader;
  asked: Asked | undefined;
  failing: boolean;
}

export interface SignalReadingsOptions {
  readonly readers: readonly SignalReader[];
  readonly logger: Logger;
  readonly boundMs?: number;
}

export class SignalReadings {
  readonly #lanes: readonly Lane[];
  readonly #laneOf = new Map<SignalKey, Lane>();
  readonly #logger: Logger;
  readonly #boundMs: number;

  constructor({ readers, logger, boundMs = BOUND_MS }: SignalReadingsOptions) {
    this.#logger = logger;
    this.#boundMs = boundMs;
    this.#lanes = readers.map((reader) => ({ reader, asked: undefined, failing: false }));
    for (const lane of this.#lanes) {
      for (const signal of lane.reader.signals) {
        this.#laneOf.set(signal, lane);
      }
    }
  }

  /** How many readers could not read the last time. */
  get failing(): number {
    return this.#lanes.filter(({ failing }) => failing).length;
  }

  /** Asks for the numbers of the rules, and gives those that are there within the bound, with late ones of before. */
  async read(rules: Iterable<WatchedRule>, at: Date): Promise<RuleReading[]> {
    this.#giveUp(at);
    for (const [lane, asking] of this.#byLane(rules)) {
      lane.asked ??= ask(lane.reader, asking, at);
    }
    const enough = new AbortController();
    const settled = this.#lanes.map(({ asked }) => asked?.settled);
    await Promise.race([Promise.all(settled), rest(this.#boundMs, enough.signal)]);
    enough.abort();
    return this.#lanes.flatMap((lane) => this.#collect(lane));
  }

  #byLane(rules: Iterable<WatchedRule>): Map<Lane, WatchedRule[]> {
    const asking = new Map<Lane, WatchedRule[]>();
    for (const rule of rules) {
      const lane = this.#laneOf.get(rule.inputs.value.signal);
      if (lane !== undefined && rule.over === undefined) {
        const those = asking.get(lane) ?? [];
        those.push(rule);
        asking.set(lane, those);
      }
    }
    return asking;
  }

  #collect(lane: Lane): readonly RuleReading[] {
    const outcome = lane.asked?.outcome;
    if (outcome === undefined) {
      return [];
    }
    lane.asked = undefined;
    if ('error' in outcome) {
      this.#fail(lane, outcome.error);
      return [];
    }
    if (lane.failing) {
      lane.failing = false;
      this.#logger.warn({ signals: lane.reader.signals }, 'signals of alerts can be read again');
    }
    return outcome.readings;
  }

  #giveUp(now: Date): void {
    for (const lane of this.#lanes) {
      if (lane.asked !== undefined && now.getTime() - lane.asked.at.getTime() > GIVE_UP_MS) {
        lane.asked = undefined;
        this.#fail(lane, new Error(`There was no answer within ${GIVE_UP_MS} ms.`));
      }
    }
  }

  #fail(lane: Lane, error: unknown): void {
    if (!lane.failing) {
      this.#logger.error({ err: error, signals: lane.reader.signals }, 'signals of alerts cannot be read');
    }
    lane.failing = true;
  }
}

function ask(reader: SignalReader, rules: readonly WatchedRule[], at: Date): Asked {
  const reading = answers(reader, rules, at);
  const asked: Asked = {
    at,
    rules,
    settled: reading.then((outcome) => {
      asked.outcome = outcome;
    }),
  };
  return asked;
}

/** Equal numbers of many rules are one question. */
async function answers(reader: SignalReader, rules: readonly WatchedRule[], at: Date): Promise<Outcome> {
  const questions: SignalQuestion[] = [];
  const indexOf = new Map<string, number>();
  const question = (key: string, asked: SignalQuestion): void => {
    if (!indexOf.has(key)) {
      indexOf.set(key, questions.push(asked) - 1);
    }
  };
  for (const { tenantId, inputs, keys } of rules) {
    question(keys.value, { tenantId, input: inputs.value });
    if (inputs.other !== undefined && keys.other !== undefined) {
      question(keys.other, { tenantId, input: inputs.other });
    }
  }
  try {
    const found = await reader.read(questions, at);
    if (found.length !== questions.length) {
      throw new Error(`A reader answered ${found.length} of ${questions.length} questions.`);
    }
    const valuesOf = (key: string): readonly SignalValue[] => found[indexOf.get(key) ?? -1] ?? [];
    return {
      readings: rules.map((rule) => ({
        rule,
        at,
        values: valuesOf(rule.keys.value),
        others: rule.keys.other === undefined ? [] : valuesOf(rule.keys.other),
      })),
    };
  } catch (error) {
    return { error };
  }
}
