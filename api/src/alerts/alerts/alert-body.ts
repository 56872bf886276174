import { type Rule, readingText, ruleSchema, SEVERITIES } from '@riwayat/alerting';
import { z } from 'zod';
import { idOf } from '../../ids/id.ts';
import { pageOf, pageQuery } from '../../lists/page.ts';
import { personBody } from '../person.ts';

const LONGEST_SUBJECT = 200;

export const alertParams = z.object({ id: idOf('alt', 'an alert') });

export const alertQuery = pageQuery.extend({
  state: z.enum(['open', 'resolved', 'all']).default('open'),
  severity: z.enum(SEVERITIES).optional(),
  rule: idOf('alr', 'a rule of alerts').optional(),
  subject: z
    .string()
    .max(LONGEST_SUBJECT)
    .optional()
    .describe('A tenant’s id, or an instance’s name; empty: the platform as a whole'),
});

/** What was read, as it is kept with an alert. */
export const readNumbers = z.object({
  value: z.number().nullable().describe('In the unit of the signal'),
  other: z.number().nullable().describe('What it was compared with, or the shorter window of a burn rate'),
});

const localText = z.object({ en: z.string(), id: z.string() });

export const alertBody = z
  .object({
    id: z.string(),
    rule: z.object({
      id: z.string(),
      version: z.int().describe('That it fired on'),
      name: z.string().describe('In that version'),
      default_key: z.string().nullable(),
    }),
    subject: z.string().describe('A tenant’s id, or an instance’s name; empty: the platform as a whole'),
    severity: z.enum(SEVERITIES),
    state: z.enum(['firing', 'acknowledged', 'resolved']),
    since: z.iso.datetime().describe('Since when the condition had held'),
    fired_at: z.iso.datetime(),
    fired_with: readNumbers,
    text: localText.describe('What was read, in words'),
    acknowledged_at: z.iso.datetime().nullable(),
    acknowledged_by: personBody.nullable(),
    resolved_at: z.iso.datetime().nullable(),
    resolved_with: readNumbers.nullable(),
    resolved_by: personBody.nullable().describe('Null: it was over by itself'),
    escalation: z.int().describe('How often it was handed on because nobody had acknowledged it'),
    snoozed_until: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Alert' });

export const alertPage = pageOf(alertBody).meta({ id: 'AlertPage' });

export const alertEventBody = z
  .object({
    id: z.string(),
    kind: z.enum(['fired', 'repeated', 'escalated', 'resolved', 'acknowledged', 'commented', 'snoozed']),
    at: z.iso.datetime(),
    by: personBody.nullable().describe('Null: the platform, or somebody who is gone'),
    text: z.string().nullable().describe('What the person said to it'),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AlertEvent' });

export const alertWithHistoryBody = alertBody
  .extend({
    definition: ruleSchema.describe('The rule as it was when it fired'),
    history: z
      .array(alertEventBody)
      .describe('The latest first; of very long ones the beginning is left out'),
  })
  .meta({ id: 'AlertWithHistory' });

/** What was read, in both languages. */
export function textOf(rule: Rule, numbers: z.infer<typeof readNumbers>): z.infer<typeof localText> {
  return { en: readingText(rule, numbers, 'en'), id: readingText(rule, numbers, 'id') };
}
