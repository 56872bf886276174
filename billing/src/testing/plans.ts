import { CATALOGUE } from '../plans/catalogue.ts';
import { type Plan, type PlanInput, planSchema } from '../plans/plan.ts';

/** A plan of the catalogue. */
export function planOf(key: string): Plan {
  const plan = CATALOGUE.find((known) => known.key === key);
  if (plan === undefined) {
    throw new Error(`The catalogue has no plan "${key}".`);
  }
  return plan;
}

/** A plan of some charges, with names that say nothing. */
export function planWith(charges: PlanInput['charges'], terms: Partial<PlanInput> = {}): Plan {
  return planSchema.parse({
    key: 'made-up',
    version: 1,
    effectiveFrom: '2020-01-01',
    name: { id: 'Percobaan', en: 'Trial' },
    description: { id: 'Percobaan', en: 'Trial' },
    charges,
    ...terms,
  });
}
