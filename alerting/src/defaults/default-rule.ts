import { type Rule, type RuleInput, ruleSchema } from '../rules/rule.ts';
import type { LocalText } from '../texts/language.ts';

/** A rule that everybody gets. */
export interface DefaultRule {
  /** Never changes, and is never given to another: what people made of the rule goes by it. */
  readonly key: string;
  readonly name: LocalText;
  readonly rule: Rule;
}

/** @throws ZodError for what is no rule */
export function defaultRule(key: string, name: LocalText, rule: RuleInput): DefaultRule {
  return { key, name, rule: ruleSchema.parse(rule) };
}
