import type { Kysely } from 'kysely';
import type { Schema } from '../../postgres/schema.ts';

/** What says that it went well: other names are not watched by anything. */
export const HEARTBEATS = ['backup'] as const;
export type HeartbeatName = (typeof HEARTBEATS)[number];

/** Writes down that something went well. Of two that come out of order the later instant stays. */
export async function noteHeartbeat(db: Kysely<Schema>, name: HeartbeatName, at: Date): Promise<void> {
  await db
    .insertInto('heartbeats')
    .values({ name, last_at: at })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet(({ fn, ref }) => ({
        last_at: fn('greatest', [ref('heartbeats.last_at'), ref('excluded.last_at')]),
      })),
    )
    .execute();
}

/** When something went well last; undefined: it never did. */
export async function lastHeartbeat(db: Kysely<Schema>, name: HeartbeatName): Promise<Date | undefined> {
  const row = await db.selectFrom('heartbeats').where('name', '=', name).select('last_at').executeTakeFirst();
  return row?.last_at;
}
