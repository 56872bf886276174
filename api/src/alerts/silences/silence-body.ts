import { z } from 'zod';
import { idOf } from '../../ids/id.ts';
import { pageOf, pageQuery } from '../../lists/page.ts';
import { personBody } from '../person.ts';

const LONGEST_REASON = 500;

export const silenceParams = z.object({ id: idOf('sil', 'a silence') });

export const silenceQuery = pageQuery.extend({
  state: z.enum(['current', 'all']).default('current').describe('`current`: those that are not over'),
});

const reason = z
  .string()
  .trim()
  .max(LONGEST_REASON)
  .regex(/^\P{Cc}*$/u, 'must have no control characters')
  .default('');

/** What people silence. Snoozes are begun at their alerts. */
export const newSilence = z
  .object({
    kind: z.enum(['mute', 'maintenance']),
    rule_id: idOf('alr', 'a rule of alerts').nullable().default(null).describe('Null: all of them'),
    starts_at: z.iso.datetime({ offset: true }).optional().describe('Now, unless given'),
    ends_at: z.iso
      .datetime({ offset: true })
      .nullable()
      .default(null)
      .describe('Null: until somebody ends it. Maintenance has to end'),
    reason,
  })
  .meta({
    examples: [
      {
        kind: 'maintenance',
        starts_at: '2026-11-29T01:00:00+07:00',
        ends_at: '2026-11-29T03:00:00+07:00',
        reason: 'A new database server',
      },
    ],
  });

export const silenceBody = z
  .object({
    id: z.string(),
    kind: z.enum(['mute', 'snooze', 'maintenance']),
    rule_id: z.string().nullable().describe('Null: all rules, or an alert'),
    alert_id: z.string().nullable(),
    starts_at: z.iso.datetime(),
    ends_at: z.iso.datetime().nullable().describe('Null: until somebody ends it'),
    state: z.enum(['planned', 'active', 'over']),
    reason: z.string(),
    created_by: personBody.nullable().describe('Null: somebody who is gone'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'AlertSilence' });

export const silencePage = pageOf(silenceBody).meta({ id: 'AlertSilencePage' });

export type SilenceBody = z.infer<typeof silenceBody>;
