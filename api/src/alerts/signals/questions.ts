/*
 * Questions put together, so that many are answered by one reading of the store.
 *
 * What always holds: a tenant's question is answered within that tenant's scope; one of the tenant that operators are
 * people of is about all tenants together, and no other tenant's ever is.
 */
import type { Input } from '@riwayat/alerting';
import { platformScope, type Span, type TenantId, tenantScope, type Whose } from '@riwayat/collector';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import type { SignalQuestion, SignalValue } from './reader.ts';

const MS_PER_SECOND = 1_000;
/** What lies within this long before the instant is read apart: few rows, while a longer span has many. */
const RECENT_SECONDS = 900;

/** Questions that one reading answers. */
export interface Reading {
  readonly whose: Whose;
  /** Those of all the questions, each once. */
  readonly spans: readonly Span[];
  readonly questions: readonly SignalQuestion[];
  /** Place of an input's span among the spans. */
  placeOf(input: Input): number;
}

/** The tenant's id, or empty for all tenants together: as readings name whose a number is. */
export function ownerOf(tenantId: TenantId): TenantId | '' {
  return isPlatform(tenantId) ? '' : tenantId;
}

export function isPlatform(tenantId: TenantId): boolean {
  return tenantId === OPERATORS_TENANT;
}

/** What an input's number is made of: (at − ago − window, at − ago]. */
function spanOf({ window, ago }: Input, at: Date): Span {
  const until = at.getTime() - ago * MS_PER_SECOND;
  return { after: until - window * MS_PER_SECOND, until };
}

/** As few readings as there can be: of tenants and of the platform apart, and short spans apart from long ones. */
export function readingsOf(questions: readonly SignalQuestion[], at: Date): Reading[] {
  const groups = grouped(
    questions,
    ({ tenantId, input: { window, ago } }) => `${isPlatform(tenantId)} ${window + ago <= RECENT_SECONDS}`,
  );
  return [...groups.values()].map((group) => readingOf(group, at));
}

/** Things by what they have in common, in their order. */
export function grouped<T>(things: readonly T[], keyOf: (thing: T) => string): Map<string, [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group === undefined) {
      groups.set(keyOf(thing), [thing]);
    } else {
      group.push(thing);
    }
  }
  return groups;
}

/**
 * Answers questions of which each has one number.
 *
 * @param read reads one group, and gives the number of each of its questions
 * @returns for each question, in their order, its value
 */
export async function answered(
  questions: readonly SignalQuestion[],
  at: Date,
  read: (reading: Reading) => Promise<(question: SignalQuestion) => number | null>,
): Promise<SignalValue[][]> {
  const numberOf = new Map<SignalQuestion, number | null>();
  await Promise.all(
    readingsOf(questions, at).map(async (reading) => {
      const of = await read(reading);
      for (const question of reading.questions) {
        numberOf.set(question, of(question));
      }
    }),
  );
  return questions.map((question) => [
    { subject: ownerOf(question.tenantId), value: numberOf.get(question) ?? null },
  ]);
}

/** Whose rows some questions are about; all of them of tenants, or all of the platform. */
export function whoseOf(questions: readonly SignalQuestion[]): Whose {
  const tenants = [...new Set(questions.map(({ tenantId }) => tenantId))].map(tenantScope);
  const [first] = tenants;
  return first !== undefined && isPlatform(first.tenantId)
    ? { platform: platformScope(first, OPERATORS_TENANT) }
    : { tenants };
}

function readingOf(questions: readonly SignalQuestion[], at: Date): Reading {
  const spans = new Map<string, Span>();
  for (const { input } of questions) {
    spans.set(keyOf(input), spanOf(input, at));
  }
  const places = new Map([...spans.keys()].map((key, place) => [key, place]));
  return {
    whose: whoseOf(questions),
    spans: [...spans.values()],
    questions,
    placeOf: (input) => places.get(keyOf(input)) ?? -1,
  };
}

function keyOf({ window, ago }: Input): string {
  return `${window} ${ago}`;
}
