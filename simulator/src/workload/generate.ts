import type { Parameters } from '../calibration/parameter.ts';
import { streamsOf } from '../random/streams.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { parseStart } from './calendar.ts';
import { documentedTrace } from './documented-trace.ts';
import type { RequestTrace } from './trace.ts';

export interface GenerateOptions {
  readonly scenario: Scenario;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly replication: number;
}

/**
 * The requests of one replication of a scenario. The same seed and replication give the same bytes.
 *
 * @throws {StartDateError} when the scenario does not begin on a Monday
 */
export function generateTrace({ scenario, seed, replication }: GenerateOptions): RequestTrace {
  parseStart(scenario.start);
  const streams = streamsOf(seed, replication);
  return documentedTrace({ streams, people: scenario.people });
}
