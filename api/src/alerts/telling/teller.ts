/*
 * Tells people of alerts.
 *
 * What always holds: who is to be told of what is written down in the transaction in which it became true, one row for
 * each news, person and channel. A row is told once, or it waits; so nothing is told twice, and nothing is forgotten.
 */
import { type Kysely, sql } from 'kysely';
import { notifyAll } from '../../notifications/notify.ts';
import type { Database } from '../../postgres/database.ts';
import { endSoonWhenIdle } from '../../postgres/idle.ts';
import type { Schema } from '../../postgres/schema.ts';
import { tenantRow } from '../../tenants/tenant.ts';
import type { AlertNews, AlertTelling } from '../news.ts';
import { alertsInWords } from './alert-in-words.ts';
import { type Insider, recordTellings } from './record.ts';
import { settle } from './settle.ts';

/** Often enough that nobody waits much longer than they have to. */
export const TELLING_INTERVAL_MS = 5_000;

export class AlertTeller implements AlertTelling {
  readonly #publicUrl: string;

  /** @param publicUrl where people reach the application */
  constructor(publicUrl: string) {
    this.#publicUrl = publicUrl;
  }

  /**
   * Tells of news: in the application at once, by other channels now or when it can be. News that were told of before
   * are not told again.
   *
   * @param db the transaction in which it became true
   */
  async tell(db: Kysely<Schema>, news: readonly AlertNews[], now: Date): Promise<void> {
    if (news.length === 0) {
      return;
    }
    await alone(db);
    await tellInside(db, news, await recordTellings(db, news, now), now);
    await settle(db, this.#publicUrl, now);
  }

  /**
   * Tells what waited: for the end of quiet hours or of a silence, or to be put together with more.
   *
   * @returns how many messages went out
   */
  tellDue({ db }: Database, now: Date): Promise<number> {
    return db.transaction().execute(async (transaction) => {
      await endSoonWhenIdle(transaction);
      await alone(transaction);
      return settle(transaction, this.#publicUrl, now);
    });
  }
}

/** What was told and what waits is one picture: who decides on it has it to themselves until the transaction ends. */
async function alone(db: Kysely<Schema>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('alerts.telling'))`.execute(db);
}

/** In the application, where each news is an entry of its own that leads to its alert. */
async function tellInside(
  db: Kysely<Schema>,
  news: readonly AlertNews[],
  insiders: readonly Insider[],
  now: Date,
): Promise<void> {
  const byEvent = new Map(news.map((item) => [item.eventId, item]));
  const alerts = await alertsInWords(db, [...new Set(news.map(({ alert }) => alert.id))], now);
  const notifications = insiders.flatMap(({ eventId, tenantId, userId }) => {
    const item = byEvent.get(eventId);
    const alert = item && alerts.get(item.alert.id);
    if (item === undefined || alert === undefined) {
      return [];
    }
    return [
      {
        tenantId: tenantRow.shape.id.parse(tenantId),
        userId,
        kind: `alert.${item.kind}` as const,
        values: {
          alert: alert.row.id,
          severity: alert.row.severity,
          tenant: alert.circumstances.tenant,
          nameEn: alert.name.en,
          nameId: alert.name.id,
          saysEn: alert.says.en,
          saysId: alert.says.id,
          // What must not disturb anybody now shows without a sound.
          sound: alert.circumstances.hold === undefined ? ('on' as const) : ('off' as const),
        },
      },
    ];
  });
  await notifyAll(db, notifications);
}
