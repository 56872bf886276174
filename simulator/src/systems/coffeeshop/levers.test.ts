import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CoffeeshopScenario, coffeeshopScenario, simulateCoffeeshop } from './model.ts';

const SEED = 1;
const REPLICATIONS = 10;
/** Percentage points: half of one from rounding, the rest from chance. */
const TOLERANCE = 1.5;
const { viewsPerDay, pages, savesPerDay, otherPerView } = coffeeshopScenario;

/** What the guide to the systems says that happens when one thing is changed. */
const LEVERS: Readonly<Record<string, Partial<CoffeeshopScenario>>> = {
  'as assumed': {},
  '4 times the views': { viewsPerDay: 4 * viewsPerDay },
  'a quarter of the views': { viewsPerDay: viewsPerDay / 4 },
  '4 times the pages': { pages: 4 * pages },
  'a quarter of the pages': { pages: pages / 4 },
  '10 times the saves': { savesPerDay: 10 * savesPerDay },
  '50 times the saves': { savesPerDay: 50 * savesPerDay },
  'no other work': { otherPerView: 0 },
  'twice the other work': { otherPerView: 2 * otherPerView },
  'entries live 10 minutes': { timeToLive: 600 },
};

const guide = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function reductions(change: Partial<CoffeeshopScenario>): { busiest: number; day: number } {
  const scenario = { ...coffeeshopScenario, ...change };
  let busiest = 0;
  let day = 0;
  for (let replication = 0; replication < REPLICATIONS; replication += 1) {
    const cached = simulateCoffeeshop(scenario, SEED, replication);
    const bare = simulateCoffeeshop({ ...scenario, isCached: false }, SEED, replication);
    busiest += 100 * (1 - cached.busiestSeconds / bare.busiestSeconds);
    day += 100 * (1 - cached.databaseSeconds / bare.databaseSeconds);
  }
  return { busiest: busiest / REPLICATIONS, day: day / REPLICATIONS };
}

describe('the guide', () => {
  it.each(Object.entries(LEVERS))('says what the cache spares with %s', (name, change) => {
    const row = new RegExp(`^\\| ${name} +\\| (\\d+) % +\\| (\\d+) % +\\|$`, 'm').exec(guide);
    const { busiest, day } = reductions(change);
    expect(Math.abs(busiest - Number(row?.[1]))).toBeLessThan(TOLERANCE);
    expect(Math.abs(day - Number(row?.[2]))).toBeLessThan(TOLERANCE);
  });
});
