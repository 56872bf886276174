import type { ScalingPolicy } from '../scaling/autoscaler.ts';
import type { HealthCheck } from '../scaling/instance-group.ts';
import { EDUCOUNSEL } from './assumptions.ts';
import { documented } from './figures.ts';

const PERCENT = 100;
const MINUTE = 60;
const HOUR = 3600;

/** An hour of the system, after a warm-up. Times in seconds unless the name has another unit. */
export interface EducounselScenario {
  /** On line at the same time, throughout. */
  readonly users: number;
  readonly warmUpMinutes: number;
  readonly minutes: number;
  /** Those who are to be told of an upload are told after the answer. */
  readonly notifiesInBackground: boolean;
  readonly dashboardTimeToLive: number;
  readonly edgeTimeToLive: number;
  readonly weeklyDownloads: number;
  readonly frameworkCpuMs: number;
  readonly policy: ScalingPolicy;
  readonly health: HealthCheck;
  /** Minute at which the first instance breaks; none when null. */
  readonly breaksAtMinute: number | null;
}

export const educounselScenario: EducounselScenario = {
  users: documented('users'),
  warmUpMinutes: 15,
  minutes: 60,
  notifiesInBackground: true,
  dashboardTimeToLive: documented('dashboard.time-to-live') * MINUTE,
  edgeTimeToLive: documented('download.edge-time-to-live') * HOUR,
  weeklyDownloads: EDUCOUNSEL.weeklyDownloads.value,
  frameworkCpuMs: EDUCOUNSEL.frameworkCpu.value,
  policy: {
    least: documented('instances.least'),
    most: documented('instances.most'),
    out: [
      {
        metric: 'cpu',
        beyond: 'above',
        threshold: documented('scaling.out.cpu') / PERCENT,
        minutes: documented('scaling.out.cpu-time'),
      },
      { metric: 'requests', beyond: 'above', threshold: documented('scaling.out.requests'), minutes: 1 },
    ],
    in: [
      {
        metric: 'cpu',
        beyond: 'below',
        threshold: documented('scaling.in.cpu') / PERCENT,
        minutes: documented('scaling.in.cpu-time'),
      },
      { metric: 'requests', beyond: 'below', threshold: documented('scaling.in.requests'), minutes: 1 },
    ],
    cooldown: EDUCOUNSEL.cooldown.value,
  },
  health: {
    interval: documented('health.interval'),
    timeout: documented('health.timeout'),
    healthyAfter: documented('health.healthy-after'),
    unhealthyAfter: documented('health.unhealthy-after'),
  },
  breaksAtMinute: null,
};
