import type { Severity } from '@riwayat/alerting';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Role } from '../../identity/permissions.ts';
import type { Schema } from '../../postgres/schema.ts';
import { OUTSIDE_CHANNELS, type OutsideChannel } from './channels.ts';
import { atLeast } from './routing.ts';

/** What is as bad as this reaches administrators and operators whatever they have turned off: by mail, at least. */
const CANNOT_BE_MISSED: Severity = 'critical';

const channelsOff = z.array(z.enum(OUTSIDE_CHANNELS));

/** The channels that each of some people has turned off. */
export async function channelsOffOf(
  db: Kysely<Schema>,
  userIds: readonly string[],
): Promise<Map<string, OutsideChannel[]>> {
  const rows = await db
    .selectFrom('notification_preferences')
    .where('user_id', '=', sql<string>`any(${[...userIds]})`)
    .select(['user_id', 'channels_off'])
    .execute();
  return new Map(rows.map(({ user_id, channels_off }) => [user_id, channelsOff.parse(channels_off)]));
}

/** Says what a person does not want to be told by. */
export async function turnOff(
  db: Kysely<Schema>,
  userId: string,
  channels: readonly OutsideChannel[],
  now: Date,
): Promise<void> {
  const values = { channels_off: [...new Set(channels)], updated_at: now };
  await db
    .insertInto('notification_preferences')
    .values({ user_id: userId, ...values })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(values))
    .execute();
}

/**
 * What is left of the channels of a route for a person.
 *
 * @param off what they have turned off
 */
export function wantedChannels(
  channels: readonly OutsideChannel[],
  off: readonly OutsideChannel[],
  { role, severity }: { readonly role: Role; readonly severity: Severity },
): OutsideChannel[] {
  const left = channels.filter((channel) => !off.includes(channel));
  const responsible = role === 'administrator' || role === 'operator';
  return left.length === 0 && channels.length > 0 && responsible && atLeast(severity, CANNOT_BE_MISSED)
    ? ['mail']
    : left;
}
