import { inputsOf, type RuleInput, ruleSchema } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import type { SignalQuestion } from '../alerts/signals/reader.ts';

/** What a rule of a tenant needs to be read: above 1, over no window, a warning, unless it says otherwise. */
export function questionOf(
  tenantId: TenantId,
  rule: Partial<RuleInput> & Pick<RuleInput, 'signal'>,
): SignalQuestion {
  const when = { kind: 'above', value: 1 } as const;
  return {
    tenantId,
    input: inputsOf(ruleSchema.parse({ window: 0, when, severity: 'warning', ...rule })).value,
  };
}
