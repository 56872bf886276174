import { type Rule, type RuleInput, ruleSchema } from '../rules/rule.ts';

/** Above 5 of 100 calls in five minutes, unless told otherwise. */
export function ruleWith(given: Partial<RuleInput> = {}): Rule {
  return ruleSchema.parse({
    signal: 'error_rate',
    window: 300,
    when: { kind: 'above', value: 5 },
    severity: 'critical',
    ...given,
  });
}
