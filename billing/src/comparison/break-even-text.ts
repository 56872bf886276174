import { formatQuantity } from '../explain/format.ts';
import { unitName } from '../meters/units.ts';
import { decimal } from '../money/decimal.ts';
import type { Language, Plan } from '../plans/plan.ts';
import type { BreakEven } from './break-even.ts';

/**
 * A break-even point in words: `Above 900 members, Professional is cheaper than Usage.`
 *
 * @param plans with both of its plans among them
 */
export function breakEvenText(
  { meter, quantity, cheaperBelow, cheaperAbove }: BreakEven,
  plans: readonly Plan[],
  language: Language,
): string {
  const nameOf = (key: string): string => plans.find((plan) => plan.key === key)?.name[language] ?? key;
  const units = `${formatQuantity(decimal(quantity), language)} ${unitName(meter, decimal(quantity), language)}`;
  const [above, below] = [nameOf(cheaperAbove), nameOf(cheaperBelow)];
  return language === 'id'
    ? `Di atas ${units}, ${above} lebih murah daripada ${below}.`
    : `Above ${units}, ${above} is cheaper than ${below}.`;
}
