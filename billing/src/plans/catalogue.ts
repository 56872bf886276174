import { HIGH_VOLUME_PLANS } from './catalogue/high-volume.ts';
import { RESOURCE_PLANS } from './catalogue/resources.ts';
import { SUBSCRIPTION_PLANS } from './catalogue/subscription.ts';
import { USAGE_PLANS } from './catalogue/usage.ts';
import { type Plan, planSchema } from './plan.ts';

/** The plans that every installation begins with. */
export const CATALOGUE: readonly Plan[] = [
  ...SUBSCRIPTION_PLANS,
  ...USAGE_PLANS,
  ...HIGH_VOLUME_PLANS,
  ...RESOURCE_PLANS,
].map((plan) => planSchema.parse(plan));
