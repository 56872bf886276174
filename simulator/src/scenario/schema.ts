import { closestMatch } from 'leven';
import { z } from 'zod';
import { ACTIONS } from '../workload/endpoints.ts';
import { quantity, show } from './quantity.ts';
import { TUNINGS, type Tuning } from './scenario.ts';

/** A suggestion differs from what was written in at most this many letters. */
const FARTHEST_SUGGESTION = 4;

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/;

/** ", did you mean …?" where something known is near, else what is known. */
export function suggestion(written: string, known: readonly string[]): string {
  const near = closestMatch(written, [...known], { maxDistance: FARTHEST_SUGGESTION });
  return near === undefined ? `; known are ${known.join(', ')}` : `; did you mean "${near}"?`;
}

/** An object with these keys only. The reasons of several unknown ones are on a line each. */
function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, { error: keysError(Object.keys(shape)) });
}

/** An object with any of these keys, and values of one kind. */
function recordOf<const Keys extends readonly string[], Value extends z.ZodType>(keys: Keys, value: Value) {
  return z.partialRecord(z.enum(keys), value, { error: keysError(keys) });
}

function keysError(known: readonly string[]) {
  return (issue: z.core.$ZodRawIssue): string =>
    issue.code === 'unrecognized_keys' && Array.isArray(issue.keys)
      ? issue.keys.map((key) => `is no known key${suggestion(String(key), known)}`).join('\n')
      : `must hold ${known.join(', ')}, and ${issue.input === undefined ? 'is missing' : `is ${show(issue.input)}`}`;
}

/** One of some words. */
function oneOf<const Words extends readonly string[]>(words: Words, what: string) {
  return z.enum(words, {
    error: ({ input }) =>
      typeof input === 'string'
        ? `is no known ${what}: ${show(input)}${suggestion(input, words)}`
        : `must be a ${what}, one of ${words.join(', ')}`,
  });
}

const text = z
  .string({ error: ({ input }) => `must be text, and is ${show(input)}` })
  .min(1, 'must not be empty');

const dayTime = strict({
  day: quantity({ least: 1, whole: true }),
  time: z.string({ error: 'must be a time, HH:MM' }).regex(TIME, 'must be a time from 00:00 to 24:00, HH:MM'),
});

const tuningNames = Object.keys(TUNINGS).filter((name): name is Tuning => name in TUNINGS);

const tuning = strict({
  kind: z.literal('tuning'),
  at: dayTime,
  setting: oneOf(tuningNames, 'tuning'),
  value: z.unknown(),
}).transform(({ value, ...rest }, context) => {
  const unit = TUNINGS[rest.setting];
  const share = unit.startsWith('share ');
  const read = quantity({ least: 0, ...(share ? { most: 1 } : { above: true }), unit }).safeParse(value);
  if (!read.success) {
    for (const { message } of read.error.issues) {
      context.addIssue({ code: 'custom', path: ['value'], message });
    }
    return z.NEVER;
  }
  return { ...rest, value: read.data };
});

const INCIDENTS = [
  strict({
    kind: z.literal('registration-rush'),
    days: quantity({ unit: 'days', least: 1, whole: true }),
  }),
  strict({
    kind: z.literal('upload-burst'),
    at: dayTime,
    minutes: quantity({ unit: 'minutes', least: 0, above: true }),
    share: quantity({ least: 0, most: 1 }),
  }),
  strict({
    kind: z.literal('leak'),
    name: text,
    from: dayTime,
    until: dayTime,
    perRequest: quantity({ unit: 'KB', least: 0 }),
  }),
  strict({
    kind: z.literal('memory-limit'),
    at: dayTime,
    gb: quantity({ unit: 'GB', least: 0, above: true }),
  }),
  tuning,
] as const;

/** Kinds of incidents, as a scenario file names them. */
export const INCIDENT_KINDS = [
  'registration-rush',
  'upload-burst',
  'leak',
  'memory-limit',
  'tuning',
] as const;

const probability = quantity({ least: 0, most: 1 });
const row = recordOf([...ACTIONS, 'end'], probability);

/** Each part of a scenario, to be read alone, so that a fault in one hides none in another. */
export const PARTS = {
  name: text,
  start: text,
  days: quantity({ unit: 'days', least: 1, most: 3660, whole: true }),
  counts: oneOf(['documented', 'rates'], 'way to count'),
  people: strict({
    'mentor-superstar': quantity({ unit: 'people', least: 0, whole: true }),
    'mentor-regular': quantity({ unit: 'people', least: 0, whole: true }),
    'mentor-novice': quantity({ unit: 'people', least: 0, whole: true }),
    'learner-heavy': quantity({ unit: 'people', least: 0, whole: true }),
    'learner-regular': quantity({ unit: 'people', least: 0, whole: true }),
    browser: quantity({ unit: 'people', least: 0, whole: true }),
    occasional: quantity({ unit: 'people', least: 0, whole: true }),
    admin: quantity({ unit: 'people', least: 0, whole: true }),
    inactive: quantity({ unit: 'people', least: 0, whole: true }),
  }),
  incidents: z.array(z.unknown(), { error: ({ input }) => `must be a list, and is ${show(input)}` }),
  incident: z.discriminatedUnion('kind', INCIDENTS, {
    error: ({ input }) => {
      const kind = typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined;
      return typeof kind === 'string'
        ? `is no known kind of incident: ${show(kind)}${suggestion(kind, INCIDENT_KINDS)}`
        : `must have a kind, one of ${INCIDENT_KINDS.join(', ')}`;
    },
  }),
  server: strict({
    cores: quantity({ unit: 'cores', least: 1, whole: true }),
    memoryGb: quantity({ unit: 'GB', least: 0, above: true }),
    diskGb: quantity({ unit: 'GB', least: 0, above: true }),
    workers: quantity({ unit: 'workers', least: 1, whole: true }),
    connectionPool: quantity({ unit: 'connections', least: 1, whole: true }),
  }),
  classBehaviour: strict({
    sessionsPerMonth: z.exactOptional(quantity({ unit: 'sessions', least: 0 })),
    pagesPerSession: z.exactOptional(quantity({ unit: 'pages', least: 2, most: 100 })),
    graph: z.exactOptional(recordOf([...ACTIONS, 'start'], row)),
  }),
} as const;
