import type { Plan } from './plan.ts';

/** Every version of every plan. */
export class PriceList {
  /** By key, the latest first. */
  readonly #versions = new Map<string, Plan[]>();

  /** @throws {RangeError} when two have the same key and version */
  constructor(plans: Iterable<Plan>) {
    for (const plan of plans) {
      const versions = this.#versions.get(plan.key) ?? [];
      if (versions.some(({ version }) => version === plan.version)) {
        throw new RangeError(`There are two versions ${plan.version} of the plan ${plan.key}.`);
      }
      this.#versions.set(plan.key, [...versions, plan].sort(laterFirst));
    }
  }

  /** The version that is the price of a local day: the latest that is in effect by then, or undefined. */
  on(key: string, day: string): Plan | undefined {
    return this.#versions.get(key)?.find(({ effectiveFrom }) => effectiveFrom <= day);
  }

  /** The version that is in effect last of all, or undefined. */
  latest(key: string): Plan | undefined {
    return this.#versions.get(key)?.[0];
  }

  /** Every version of a plan, the latest first; none for a plan that there is not. */
  versionsOf(key: string): readonly Plan[] {
    return this.#versions.get(key) ?? [];
  }

  /** A certain version. */
  version(key: string, version: number): Plan | undefined {
    return this.#versions.get(key)?.find((plan) => plan.version === version);
  }

  /** The versions that tenants can ask for on a day, in the order of their keys. */
  offeredOn(day: string): Plan[] {
    return [...this.#versions.keys()]
      .sort()
      .map((key) => this.on(key, day))
      .filter((plan): plan is Plan => plan?.offered === true);
  }
}

function laterFirst(a: Plan, b: Plan): number {
  return a.effectiveFrom === b.effectiveFrom
    ? b.version - a.version
    : a.effectiveFrom < b.effectiveFrom
      ? 1
      : -1;
}
