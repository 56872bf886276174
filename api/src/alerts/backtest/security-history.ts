import { Total, valuesAt } from '@riwayat/alerting';
import type { MovingWindow, RequestHistory, TenantId } from '@riwayat/collector';
import { sql } from 'kysely';
import { z } from 'zod';
import { problem } from '../../errors/problem.ts';
import type { Database } from '../../postgres/database.ts';
import { isPlatform, ownerOf, whoseOf } from '../signals/questions.ts';
import { FAILED_LOGINS, TYPE_PREFIX } from '../signals/security-signal.ts';
import type { SignalHistory } from './history.ts';
import { eachOf, windowsOf } from './instants.ts';

/** Instants at which log-ins failed: more are not kept in memory. */
const MOST_FAILURES = 200_000;

/** Milliseconds fit into a number. */
const failuresRow = z.object({ at: z.string().transform(Number), count: z.int() });

interface Count {
  readonly at: number;
  readonly count: number;
}

/** What looked like an attack: bursts from events, log-ins that failed from the audit log. */
export function securityHistory(history: Pick<RequestHistory, 'events'>, { db }: Database): SignalHistory {
  return {
    signals: ['security_incidents'],
    async read(question, instants) {
      const { tenantId, input } = question;
      const { incident } = input.only;
      const windows = windowsOf(input, instants);
      const counts =
        incident === FAILED_LOGINS
          ? await failedLogIns(tenantId, windows)
          : await history.events(
              whoseOf([question]),
              windows,
              incident === undefined ? { prefix: TYPE_PREFIX } : { type: `${TYPE_PREFIX}${incident}` },
            );
      const total = new Total(({ count }: Count) => count);
      return new Map([[ownerOf(tenantId), [...valuesAt(counts, eachOf(instants), input, total)]]]);
    },
  };

  async function failedLogIns(
    tenantId: TenantId,
    { first, step, count, length }: MovingWindow,
  ): Promise<Count[]> {
    const theirs = isPlatform(tenantId) ? sql`true` : sql`tenant_id = ${tenantId}`;
    const { rows } = await sql`
      select (extract(epoch from at) * 1000)::bigint::text as at, count(*)::int as count from audit_log
      where action = 'account.login-failed' and ${theirs}
        and at > ${new Date(first - length)} and at <= ${new Date(first + (count - 1) * step)}
      group by audit_log.at order by audit_log.at limit ${MOST_FAILURES + 1}`.execute(db);
    if (rows.length > MOST_FAILURES) {
      throw problem('invalid-request', {
        errors: [
          { path: 'body.from', message: `more than ${MOST_FAILURES} log-ins failed since; begin later` },
        ],
      });
    }
    return rows.map((row) => failuresRow.parse(row));
  }
}
