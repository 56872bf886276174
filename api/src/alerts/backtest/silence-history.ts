import type { RequestHistory } from '@riwayat/collector';
import { ownerOf, whoseOf } from '../signals/questions.ts';
import type { SignalHistory } from './history.ts';
import { eachOf, windowsOf } from './instants.ts';

const MS_PER_SECOND = 1_000;

/** For how long nothing had been requested; null before the first request. */
export function silenceHistory(history: Pick<RequestHistory, 'lastRequests'>): SignalHistory {
  return {
    signals: ['silence'],
    async read(question, instants) {
      const last = await history.lastRequests(whoseOf([question]), windowsOf(question.input, instants));
      const values = Array.from(eachOf(instants), (instant, place) => {
        const before = last[place] ?? null;
        return before === null ? null : (instant - before) / MS_PER_SECOND;
      });
      return new Map([[ownerOf(question.tenantId), values]]);
    },
  };
}
