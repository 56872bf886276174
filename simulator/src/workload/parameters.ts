import type { Parameter, Parameters } from '../calibration/parameter.ts';

const REPEATED_FAILURE = {
  id: 'workload.repeated-failure',
  unit: 'probability',
  value: 0.512,
  lower: 0,
  upper: 0.8,
  figures: ['security.lockouts'],
  meaning:
    'that a failed log-in is followed by another one: 234 failures are documented, of which only runs of five lock anybody out',
} as const satisfies Parameter;

/** Free numbers of the workload. */
export const workloadParameters: readonly Parameter[] = [REPEATED_FAILURE];

export function repeatedFailureOf(parameters: Parameters): number {
  return parameters[REPEATED_FAILURE.id] ?? REPEATED_FAILURE.value;
}
