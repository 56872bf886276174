import type { ScalingPolicy } from '../scaling/autoscaler.ts';
import { documented } from './figures.ts';

const PERCENT = 100;
const MS_PER_SECOND = 1000;

/** A month of all tenants. */
export interface KspScenario {
  /** Of every tenant's calls and renderings; 1 is what is documented. */
  readonly load: number;
  readonly policy: ScalingPolicy;
}

export const kspScenario: KspScenario = {
  load: 1,
  policy: {
    least: documented('scaling.least'),
    most: documented('scaling.most'),
    out: [
      {
        metric: 'cpu',
        beyond: 'above',
        threshold: documented('scaling.out.cpu') / PERCENT,
        minutes: documented('scaling.out.time'),
      },
      {
        metric: 'memory',
        beyond: 'above',
        threshold: documented('scaling.out.memory') / PERCENT,
        minutes: documented('scaling.out.time'),
      },
      {
        metric: 'responseMs',
        beyond: 'above',
        threshold: documented('scaling.out.response') * MS_PER_SECOND,
        minutes: documented('scaling.out.time'),
      },
      { metric: 'queued', beyond: 'above', threshold: documented('scaling.out.queue'), minutes: 1 },
    ],
    in: [
      {
        metric: 'cpu',
        beyond: 'below',
        threshold: documented('scaling.in.cpu') / PERCENT,
        minutes: documented('scaling.in.time'),
      },
    ],
    cooldown: documented('scaling.cooldown'),
  },
};
