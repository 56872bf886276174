import { type Firing, type Reading, ruleSchema } from '@riwayat/alerting';
import { z } from 'zod';
import { idOf } from '../../ids/id.ts';
import { thinned } from './thin.ts';
import { LONGEST_TRIAL_SECONDS, MOST_SUBJECTS, type Trial, type TriedSubject } from './trial.ts';

export const MOST_DAYS = 62;
const MOST_POINTS = 1_000;
const MOST_FIRINGS = 1_000;
const MS_PER_DAY = 86_400_000;

const instant = z.iso.datetime({ offset: true });

export const trialQuestion = z
  .object({
    rule: ruleSchema.optional(),
    rule_id: idOf('alr', 'a rule of alerts').optional().describe('One that there is, instead of `rule`'),
    from: instant,
    to: instant.optional().describe('Now unless given'),
  })
  .strict()
  .superRefine(({ rule, rule_id }, context) => {
    if ((rule === undefined) === (rule_id === undefined)) {
      context.addIssue({ code: 'custom', path: ['rule'], message: 'give either rule or rule_id' });
    }
  })
  .meta({
    examples: [
      {
        rule: {
          signal: 'error_rate',
          window: 300,
          least: 20,
          when: { kind: 'above', value: 5 },
          for: 120,
          severity: 'critical',
        },
        from: '2026-10-01T00:00:00+07:00',
        to: '2026-11-01T00:00:00+07:00',
      },
    ],
  });

const read = z.object({
  at: z.iso.datetime(),
  value: z.number().nullable().describe('Null: there was no data'),
  other: z.number().nullable().describe('What it was compared with, or the shorter window of a burn rate'),
});

const firingBody = z.object({
  since: z.iso.datetime().describe('Since when the condition had held'),
  fired_at: z.iso.datetime(),
  resolved_at: z.iso.datetime().nullable().describe('Null: it still lasted at the end'),
  seconds: z.number().describe('From firing to its end, or to the end of the span'),
  fired_with: read,
  worst: read,
  repeats: z.int().describe('How often it would have been told again, had nobody acknowledged it'),
});

const notificationsBody = z.object({
  total: z
    .int()
    .describe('News, each told once to whoever is told; silences and quiet hours are not counted off'),
  fired: z.int(),
  resolved: z.int(),
  repeated: z.int(),
});

const subjectBody = z.object({
  subject: z.string().describe('The tenant’s id, an instance’s name, or empty for the platform as a whole'),
  fired: z.int(),
  seconds_firing: z.number(),
  cancelled: z.int().describe('How often it was bad and over again before anybody would have been told'),
  readings: z.int(),
  readings_without_data: z.int(),
  firings: z.array(firingBody).describe(`The first ${MOST_FIRINGS}`),
  series: z
    .array(z.object({ at: z.iso.datetime(), low: z.number().nullable(), high: z.number().nullable() }))
    .describe(`What was read, at most ${MOST_POINTS} points; each has the extremes since the one before`),
});

export const trialBody = z
  .object({
    rule: ruleSchema,
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    tick_seconds: z.number().describe('From one reading to the next'),
    fired: z.int(),
    seconds_firing: z.number(),
    notifications: notificationsBody,
    subjects: z.array(subjectBody),
    limits: z
      .object({
        days: z.int(),
        seconds: z.int().describe('How long trying may take'),
        points: z.int(),
        firings: z.int(),
        subjects: z.int(),
        subjects_left_out: z.int(),
      })
      .describe('What keeps an answer within bounds'),
  })
  .meta({ id: 'AlertTrial' });

/** A trial as it is answered. */
export function described(
  rule: z.infer<typeof ruleSchema>,
  from: Date,
  to: Date,
  { tickSeconds, subjects, subjectsLeftOut }: Trial,
): z.infer<typeof trialBody> {
  const firings = subjects.flatMap(({ result }) => result.firings);
  const resolved = firings.filter((firing) => firing.resolved !== null).length;
  const repeated = sum(firings.map(({ repeats }) => repeats));
  return {
    rule,
    from: from.toISOString(),
    to: to.toISOString(),
    tick_seconds: tickSeconds,
    fired: firings.length,
    seconds_firing: sum(subjects.map(({ result }) => result.seconds)),
    notifications: {
      total: firings.length + resolved + repeated,
      fired: firings.length,
      resolved,
      repeated,
    },
    subjects: subjects.map(subjectOf),
    limits: {
      days: MOST_DAYS,
      seconds: LONGEST_TRIAL_SECONDS,
      points: MOST_POINTS,
      firings: MOST_FIRINGS,
      subjects: MOST_SUBJECTS,
      subjects_left_out: subjectsLeftOut,
    },
  };
}

/** @returns why a span cannot be tried; undefined when it can */
export function faultOfSpan(
  from: Date,
  to: Date,
  now: Date,
): { readonly path: string; readonly message: string } | undefined {
  if (to > now) {
    return { path: 'body.to', message: 'must not be in the future' };
  }
  if (from >= to) {
    return { path: 'body.from', message: 'must be before the end' };
  }
  return to.getTime() - from.getTime() > MOST_DAYS * MS_PER_DAY
    ? { path: 'body.from', message: `must be at most ${MOST_DAYS} days before the end` }
    : undefined;
}

function subjectOf({ subject, readings, result }: TriedSubject): z.infer<typeof subjectBody> {
  return {
    subject,
    fired: result.firings.length,
    seconds_firing: result.seconds,
    cancelled: result.cancelled,
    readings: result.readings,
    readings_without_data: result.missing,
    firings: result.firings.slice(0, MOST_FIRINGS).map(firingOf),
    series: thinned(readings, MOST_POINTS).map(({ at, low, high }) => ({ at: iso(at), low, high })),
  };
}

function firingOf({ since, fired, resolved, seconds, firedWith, worst, repeats }: Firing) {
  return {
    since: iso(since),
    fired_at: iso(fired),
    resolved_at: resolved === null ? null : iso(resolved),
    seconds,
    fired_with: readOf(firedWith),
    worst: readOf(worst),
    repeats,
  };
}

function readOf({ at, value, other = null }: Reading): z.infer<typeof read> {
  return { at: iso(at), value, other };
}

function iso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
