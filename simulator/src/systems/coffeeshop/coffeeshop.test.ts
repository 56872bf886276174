import { describe, expect, it } from 'vitest';
import { Popularity } from '../popularity.ts';
import { loadReduction } from './coffeeshop.ts';
import { type CoffeeshopScenario, coffeeshopScenario, simulateCoffeeshop } from './model.ts';

const SEED = 5;
const HOURS = 24;

function meanReduction(change: Partial<CoffeeshopScenario>): number {
  const replications = 5;
  let sum = 0;
  for (let replication = 0; replication < replications; replication += 1) {
    sum += loadReduction({ ...coffeeshopScenario, ...change }, SEED, replication);
  }
  return sum / replications;
}

describe("CoffeeShop's page cache", () => {
  it('has the hit ratio of a cache with a time to live', () => {
    const scenario = {
      ...coffeeshopScenario,
      hourlyViews: Array.from({ length: HOURS }, () => 1),
      savesPerDay: 0,
      otherPerView: 0,
      databaseMs: 0.001,
      viewsPerDay: 20_000,
    };
    // A page asked for at rate r is loaded once in every T + 1/r (Jung, Berger and Balakrishnan 2003), first when the day begins.
    const { shares } = new Popularity(scenario.pages, scenario.popularity);
    const loads = shares.reduce((sum, share) => {
      const perHour = (scenario.viewsPerDay * share) / HOURS;
      return sum + HOURS / (scenario.timeToLive / 3600 + 1 / perHour);
    }, 0);
    let views = 0;
    let misses = 0;
    for (let replication = 0; replication < 10; replication += 1) {
      const day = simulateCoffeeshop(scenario, SEED, replication);
      views += day.views / 10;
      misses += (day.views - day.hits) / 10;
    }
    expect(views).toBeCloseTo(scenario.viewsPerDay, -3);
    // The first load comes without a wait for an entry to end: about half a load a page more.
    expect(misses).toBeGreaterThan(loads);
    expect(misses).toBeLessThan(loads + scenario.pages);
  });

  it('sends the same visitors past the cache when there is none, and the load rises', () => {
    const cached = simulateCoffeeshop(coffeeshopScenario, SEED, 0);
    const bare = simulateCoffeeshop({ ...coffeeshopScenario, isCached: false }, SEED, 0);
    expect(bare.views).toBe(cached.views);
    expect(bare.hits).toBe(0);
    expect(bare.databaseSeconds).toBeGreaterThan(3 * cached.databaseSeconds);
  });

  it('spares the database more with more views a page, and less with more pages and more other work', () => {
    const documented = meanReduction({});
    expect(meanReduction({ viewsPerDay: 4 * coffeeshopScenario.viewsPerDay })).toBeGreaterThan(documented);
    expect(meanReduction({ pages: 4 * coffeeshopScenario.pages })).toBeLessThan(documented);
    expect(meanReduction({ otherPerView: 2 * coffeeshopScenario.otherPerView })).toBeLessThan(documented);
  });

  it('asks the database again after an administrator saved', () => {
    const calm = simulateCoffeeshop({ ...coffeeshopScenario, savesPerDay: 0 }, SEED, 0);
    const edited = simulateCoffeeshop({ ...coffeeshopScenario, savesPerDay: 2000 }, SEED, 0);
    expect(edited.views).toBe(calm.views);
    expect(edited.views - edited.hits).toBeGreaterThan(calm.views - calm.hits + 500);
  });
});
