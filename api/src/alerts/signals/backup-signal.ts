import type { Database } from '../../postgres/database.ts';
import { lastHeartbeat } from '../heartbeats/heartbeats.ts';
import { isPlatform } from './questions.ts';
import type { SignalReader } from './reader.ts';

const MS_PER_HOUR = 3_600_000;

/** Hours since a backup went well; null: none ever did. */
export function backupSignal({ db }: Database): SignalReader {
  return {
    signals: ['backup_age'],
    async read(questions, at) {
      const last = await lastHeartbeat(db, 'backup');
      const value = last === undefined ? null : Math.max(0, at.getTime() - last.getTime()) / MS_PER_HOUR;
      return questions.map(({ tenantId }) => (isPlatform(tenantId) ? [{ subject: '', value }] : []));
    },
  };
}
