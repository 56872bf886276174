import type { Parameters } from '../calibration/parameter.ts';
import type { MinuteColumns, SystemRun } from '../run/month-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { percentOf, riseOver, shareOver, sumOver, type Watch } from './alerts.ts';
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

const PERCENT = 100;

/** What alerts watch that need no memory to be known. */
export function systemWatches(
  { state, counted }: { readonly state: SystemRun['state']; readonly counted: MinuteColumns },
  { server }: Pick<Scenario, 'server'>,
  parameters: Parameters,
): readonly Watch[] {
  const { answers, slow, refused, mostConnections } = counted;
  const rise = systemParameter(parameters, 'system.alerts.connections');
  return [
    [CPU_RULE, percentOf(state.cpu, 1)],
    [DISK_RULE, percentOf(state.disk, server.diskGb).map((used) => PERCENT - used)],
    [connectionRule(rise), riseOver(mostConnections, CONNECTION_SPAN)],
    [RESPONSE_RULE, shareOver(slow, answers, RESPONSE_SPAN, LEAST_ANSWERS)],
    [SECURITY_RULE, sumOver(refused, SECURITY_SPAN)],
  ];
}
