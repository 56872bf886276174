import { type Accumulator, type Input, Share, sampleWindow, valuesAt } from '@riwayat/alerting';
import { type PieceOfSamples, platformScope, type SampleHistory, tenantScope } from '@riwayat/collector';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import { isSampleSignal, SAMPLE_SIGNALS } from '../signals/sample-signals.ts';
import type { SignalHistory } from './history.ts';
import { eachOf, windowsOf } from './instants.ts';

/** What each instance used. One that was gone has no data from then on. */
export function sampleHistory(history: Pick<SampleHistory, 'samples'>): SignalHistory {
  return {
    signals: SAMPLE_SIGNALS,
    async read({ tenantId, input }, instants) {
      const scope = platformScope(tenantScope(tenantId), OPERATORS_TENANT);
      if (!isSampleSignal(input.signal)) {
        return new Map();
      }
      const byInstance = new Map<string, PieceOfSamples[]>();
      for (const piece of await history.samples(scope, windowsOf(input, instants), input.signal)) {
        const ofInstance = byInstance.get(piece.instance);
        if (ofInstance === undefined) {
          byInstance.set(piece.instance, [piece]);
        } else {
          ofInstance.push(piece);
        }
      }
      return new Map(
        [...byInstance].map(([instance, pieces]) => [
          instance,
          [...valuesAt(pieces, eachOf(instants), input, statisticOf(input.statistic ?? 'mean'))],
        ]),
      );
    },
  };
}

function statisticOf(statistic: NonNullable<Input['statistic']>): Accumulator<PieceOfSamples> {
  return statistic === 'mean'
    ? new Share({ part: ({ total }: PieceOfSamples) => total, whole: ({ samples }) => samples })
    : sampleWindow(statistic, (piece: PieceOfSamples) => piece[statistic]);
}
