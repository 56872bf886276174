import type { DocumentedSystem } from '../system.ts';
import { COFFEESHOP_DOCUMENT, coffeeshopFigures, coffeeshopTolerances } from './figures.ts';
import { type CoffeeshopScenario, coffeeshopScenario, simulateCoffeeshop } from './model.ts';

const PERCENT = 100;
const NEARLY_ALL = 0.99;

/** CoffeeShop's page cache: the same day with it and without it. */
export const coffeeshop: DocumentedSystem = {
  name: 'coffeeshop',
  title: COFFEESHOP_DOCUMENT,
  figures: coffeeshopFigures,
  tolerances: coffeeshopTolerances,
  replicate(seed, replication) {
    const cached = simulateCoffeeshop(coffeeshopScenario, seed, replication);
    return {
      'cache.answer': cached.cachedAnswers.quantile(NEARLY_ALL),
      'cache.load-reduction': loadReduction(coffeeshopScenario, seed, replication),
    };
  },
};

/** By how much the cache lowers the work of the database in the busiest hours, percent: a paired difference. */
export function loadReduction(scenario: CoffeeshopScenario, seed: number, replication: number): number {
  const cached = simulateCoffeeshop(scenario, seed, replication);
  const bare = simulateCoffeeshop({ ...scenario, isCached: false }, seed, replication);
  return PERCENT * (1 - cached.busiestSeconds / bare.busiestSeconds);
}
