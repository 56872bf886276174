import type { RequestWindows } from '@riwayat/collector';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../postgres/database.ts';
import { answered, ownerOf, type Reading } from './questions.ts';
import type { SignalReader } from './reader.ts';

export const TYPE_PREFIX = 'riwayat.security.';
export const FAILED_LOGINS = 'failed-logins';
const MS_PER_SECOND = 1_000;

const failuresRow = z.object({ owner: z.string(), place: z.int(), count: z.int() });

/**
 * Bursts that look like an attack, as the application tells them in events. Of log-ins that failed, when a rule is about
 * them alone, each one, as the audit log has it: a rule may draw the line elsewhere than the application does.
 */
export function securitySignal(windows: Pick<RequestWindows, 'events'>, { db }: Database): SignalReader {
  return {
    signals: ['security_incidents'],
    read: (questions, at) =>
      answered(questions, at, async (reading) => {
        const { whose, spans, questions: asked, placeOf } = reading;
        const ofLogIns = asked.some(({ input }) => input.only.incident === FAILED_LOGINS);
        const ofEvents = asked.some(({ input }) => input.only.incident !== FAILED_LOGINS);
        const [events, failures] = await Promise.all([
          ofEvents ? windows.events(whose, spans, TYPE_PREFIX) : [],
          ofLogIns ? failedLogIns(reading) : new Map<string, number>(),
        ]);
        const bursts = new Map<string, number>();
        for (const { tenantId, type, span, count } of events) {
          for (const incident of ['', type.slice(TYPE_PREFIX.length)]) {
            const key = `${tenantId} ${span} ${incident}`;
            bursts.set(key, (bursts.get(key) ?? 0) + count);
          }
        }
        return ({ tenantId, input }) => {
          const { incident = '' } = input.only;
          const place = `${ownerOf(tenantId)} ${placeOf(input)}`;
          return (incident === FAILED_LOGINS ? failures.get(place) : bursts.get(`${place} ${incident}`)) ?? 0;
        };
      }),
  };

  /** By owner and place of the span: "school 0". */
  async function failedLogIns({ whose, spans }: Reading): Promise<Map<string, number>> {
    const starts = spans.map(({ after }) => after / MS_PER_SECOND);
    const ends = spans.map(({ until }) => until / MS_PER_SECOND);
    const owner = 'platform' in whose ? sql`''` : sql`tenant_id`;
    const theirs =
      'platform' in whose
        ? sql`true`
        : sql`tenant_id = any(${whose.tenants.map(({ tenantId }) => tenantId)}::text[])`;
    const { rows } = await sql`
      select ${owner} as owner, (place - 1)::int as place, count(*)::int as count
      from unnest(${starts}::float8[], ${ends}::float8[]) with ordinality as spans (after, until, place)
      join audit_log on action = 'account.login-failed' and ${theirs}
        and at > to_timestamp(after) and at <= to_timestamp(until)
      group by 1, 2`.execute(db);
    return new Map(
      rows.map((row) => {
        const { owner: of, place, count } = failuresRow.parse(row);
        return [`${of} ${place}`, count];
      }),
    );
  }
}
