import type { Parameters } from '../calibration/parameter.ts';
import type { AlertEvent } from '../run/month-run.ts';
import { alertsOf, percentOf, riseOver, shareOver, sumOver } from './alerts.ts';
import {
  CONNECTION_SPAN,
  CPU_RULE,
  connectionRule,
  DISK_RULE,
  LEAST_ANSWERS,
  RESPONSE_RULE,
  RESPONSE_SPAN,
  SECURITY_RULE,
  SECURITY_SPAN,
} from './month-rules.ts';
import { systemParameter } from './parameters.ts';
import type { Samples } from './samples.ts';

const PERCENT = 100;

/** The alerts that need no memory to be known, in the order of their times. */
export function systemAlerts(samples: Samples, diskGb: number, parameters: Parameters): AlertEvent[] {
  const { state } = samples;
  const rise = systemParameter(parameters, 'system.alerts.connections');
  const diskFree = percentOf(state.disk, diskGb).map((used) => PERCENT - used);
  return [
    ...alertsOf(CPU_RULE, percentOf(state.cpu, 1)),
    ...alertsOf(DISK_RULE, diskFree),
    ...alertsOf(connectionRule(rise), riseOver(samples.mostConnections, CONNECTION_SPAN)),
    ...alertsOf(RESPONSE_RULE, shareOver(samples.slow, samples.answers, RESPONSE_SPAN, LEAST_ANSWERS)),
    ...alertsOf(SECURITY_RULE, sumOver(samples.refused, SECURITY_SPAN)),
  ].sort((one, other) => one.at - other.at);
}
