import type { Parameters } from '../calibration/parameter.ts';
import type { AlertEvent } from '../run/month-run.ts';
import {
  alertsOf,
  CPU_RULE,
  connectionRule,
  diskRule,
  RESPONSE_RULE,
  riseOver,
  SECURITY_RULE,
  shareOver,
  sumOver,
} from './alerts.ts';
import { systemParameter } from './parameters.ts';
import type { Samples } from './samples.ts';

/** Spans of the rules, in samples of a minute each. */
const SECURITY_SPAN = 10;
const CONNECTION_SPAN = 60;
const RESPONSE_SPAN = 15;
/** Fewer answers than these say nothing about response times. */
const LEAST_ANSWERS = 30;

/** The alerts that need no memory to be known, in the order of their times. */
export function systemAlerts(samples: Samples, diskGb: number, parameters: Parameters): AlertEvent[] {
  const { state } = samples;
  const rise = systemParameter(parameters, 'system.alerts.connections');
  return [
    ...alertsOf(CPU_RULE, state.cpu),
    ...alertsOf(diskRule(diskGb), state.disk),
    ...alertsOf(connectionRule(rise), riseOver(samples.mostConnections, CONNECTION_SPAN)),
    ...alertsOf(RESPONSE_RULE, shareOver(samples.slow, samples.answers, RESPONSE_SPAN, LEAST_ANSWERS)),
    ...alertsOf(SECURITY_RULE, sumOver(samples.refused, SECURITY_SPAN)),
  ].sort((one, other) => one.at - other.at);
}
