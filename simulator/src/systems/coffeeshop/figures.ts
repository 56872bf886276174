import type { Figure } from '../../figures/figure.ts';
import type { Tolerance } from '../../validation/tolerance.ts';
import { documentedIn } from '../system.ts';

export const COFFEESHOP_DOCUMENT =
  'CoffeeShop Enterprise CMS, phase 5: optimisation and operational readiness';

const CACHING = 'Langkah 1: Redis Caching (Performance)';

/** What the document says of the page cache. */
export const coffeeshopFigures = [
  {
    id: 'cache.time-to-live',
    value: 1,
    unit: 'h',
    section: CACHING,
    kind: 'input',
    note: 'an entry is also dropped when an administrator saves the page',
  },
  {
    id: 'cache.answer',
    value: 10,
    unit: 'ms',
    section: CACHING,
    kind: 'output',
    note: 'at most; simulated: 99 of 100 answers from the cache',
  },
  {
    id: 'cache.load-reduction',
    value: 80,
    unit: '%',
    section: 'Target Deliverables',
    kind: 'output',
    note: '"up to"; simulated: database work of the busiest hours, beside the same day without the cache',
  },
  {
    id: 'backup.hour',
    value: 2,
    unit: 'h',
    section: 'Langkah 5: Disaster Recovery (Backup)',
    kind: 'context',
    note: 'the nightly copy of the database is left out of its load',
  },
] as const satisfies readonly Figure[];

/** The value of a figure of this document, in its own unit. */
export function documented(id: (typeof coffeeshopFigures)[number]['id']): number {
  return documentedIn(coffeeshopFigures, id);
}

export const coffeeshopTolerances: Readonly<Record<string, Tolerance>> = {
  'cache.answer': { kind: 'at-most' },
  'cache.load-reduction': { kind: 'absolute', amount: 2 },
};
