import { type Rule, ruleSchema } from '@riwayat/alerting';
import { z } from 'zod';
import { idOf } from '../../ids/id.ts';
import { pageOf } from '../../lists/page.ts';
import { personBody } from '../person.ts';

const LONGEST_NAME = 100;

export const ruleParams = z.object({ id: idOf('alr', 'a rule of alerts') });

const ruleName = z
  .string()
  .trim()
  .min(1)
  .max(LONGEST_NAME)
  .regex(/^\P{Cc}*$/u, 'must have no control characters');

/** What people say a rule is. */
export const ruleDefinition = z.object({ name: ruleName, rule: ruleSchema }).meta({
  examples: [
    {
      name: 'Errors of the checkout',
      rule: {
        signal: 'error_rate',
        only: { endpoint: 'POST /checkout' },
        window: 300,
        least: 20,
        when: { kind: 'above', value: 5 },
        clear: { value: 3, for: 300 },
        severity: 'critical',
        repeat: 3_600,
      },
    },
  ],
});

export interface RuleDefinition {
  readonly name: string;
  readonly rule: Rule;
}

export const ruleBody = z
  .object({
    id: z.string(),
    name: z.string(),
    version: z.int().describe('Goes up with each change of the name or the rule; also the ETag'),
    rule: ruleSchema,
    enabled: z.boolean(),
    default_key: z.string().nullable().describe('Which of the rules that everybody gets; null: made here'),
    customised: z.boolean().describe('One that everybody gets, changed here: newer defaults leave it alone'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'AlertRule' });

export const rulePage = pageOf(ruleBody).meta({ id: 'AlertRulePage' });

const ruleVersionBody = z
  .object({
    version: z.int(),
    name: z.string(),
    rule: ruleSchema,
    changed_by: personBody.nullable().describe('Null: the platform, or somebody who is gone'),
    changed_at: z.iso.datetime(),
  })
  .meta({ id: 'AlertRuleVersion' });

export const ruleVersionPage = pageOf(ruleVersionBody).meta({ id: 'AlertRuleVersionPage' });

export type RuleBody = z.infer<typeof ruleBody>;
