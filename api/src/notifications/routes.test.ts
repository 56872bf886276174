import type { TenantId } from '@riwayat/collector';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { notificationText } from './notification-texts.ts';
import { type NotificationKind, type NotificationValues, notify } from './notify.ts';

const URL = '/api/v1/account/notifications';
const NOW = new Date('2026-11-21T07:00:00.000Z');
const VALUES = {
  booking: 'b-1',
  course: 'Aljabar Dasar',
  learner: 'Budi',
  startsAt: '2026-11-22T07:00:00.000Z',
};

let application: TestApplication;
let ours: TenantId;
let member: string;

beforeAll(async () => {
  application = await startApplication({}, () => NOW);
  ours = await application.createTenant('ours', ['member', 'mentor']);
  await application.createTenant('theirs', ['member']);
  member = await application.tokenOf('ours', 'member');
});
afterAll(() => application.stop());

const send = (token: string, request: InjectOptions) =>
  application.app.inject({ ...request, headers: { authorization: `Bearer ${token}` } });

async function tell<Kind extends NotificationKind>(
  kind: Kind,
  values: NotificationValues[Kind],
): Promise<void> {
  const { db } = application.services.database;
  const { id: userId } = await db
    .selectFrom('users')
    .where('email', '=', 'member@ours.example')
    .select('id')
    .executeTakeFirstOrThrow();
  await db
    .transaction()
    .execute((transaction) => notify(transaction, { tenantId: ours, userId, kind, values }));
}

it('shows a person what they were told, page by page, and lets them read it', async () => {
  await tell('booking.requested', VALUES);
  await tell('payment.verified', VALUES);
  await tell('session.started', VALUES);
  const first = (await send(member, { url: URL, query: { limit: '2' } })).json();
  expect(first).toMatchObject({
    data: [
      { kind: 'session.started', text: 'Sesi "Aljabar Dasar" telah dimulai.', read_at: null },
      {
        kind: 'payment.verified',
        text: 'Pembayaran untuk "Aljabar Dasar" telah diverifikasi. Sesi dimulai pada 22 November 2026 pukul 14.00 WIB.',
        values: VALUES,
      },
    ],
    unread: 3,
  });
  const query = { limit: '2', cursor: first.next_cursor };
  const second = (await send(member, { url: URL, query })).json();
  expect(second).toMatchObject({ data: [{ kind: 'booking.requested' }], next_cursor: null });

  const [{ id }] = second.data;
  const read = `${URL}/${id}/read`;
  expect((await send(member, { method: 'POST', url: read })).statusCode).toBe(204);
  expect((await send(member, { method: 'POST', url: read })).statusCode).toBe(204);
  expect((await send(member, { url: URL, query })).json()).toMatchObject({
    data: [{ id, read_at: NOW.toISOString() }],
    unread: 2,
  });
  expect((await send(member, { method: 'POST', url: `${URL}/read-all` })).json()).toEqual({ read: 2 });
  expect((await send(member, { url: URL })).json().unread).toBe(0);
});

it('speaks the person’s own language where they have chosen one', async () => {
  const { db } = application.services.database;
  const speak = (locale: 'en' | null) =>
    db.updateTable('users').where('email', '=', 'member@ours.example').set({ locale }).execute();
  await tell('session.started', VALUES);
  await speak('en');
  const { data } = (await send(member, { url: URL })).json();
  await speak(null);
  expect(data[0].text).toBe('The session "Aljabar Dasar" has started.');
  await send(member, { method: 'POST', url: `${URL}/read-all` });
});

it('shows nobody what others were told', async () => {
  await tell('session.started', VALUES);
  const [{ id }] = (await send(member, { url: URL })).json().data;
  for (const [tenant, role] of [
    ['ours', 'mentor'],
    ['theirs', 'member'],
  ] as const) {
    const other = await application.tokenOf(tenant, role);
    expect((await send(other, { url: URL })).json()).toEqual({ data: [], unread: 0, next_cursor: null });
    expect((await send(other, { method: 'POST', url: `${URL}/${id}/read` })).statusCode).toBe(404);
    expect((await send(other, { method: 'POST', url: `${URL}/read-all` })).json()).toEqual({ read: 0 });
  }
  expect((await send(member, { url: URL })).json().unread).toBe(1);
});

it('leaves no notification of a transaction that is rolled back', async () => {
  const { db } = application.services.database;
  const count = () =>
    db
      .selectFrom('notifications')
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirst();
  const before = await count();
  const { user_id: userId } = await db
    .selectFrom('memberships')
    .where('tenant_id', '=', ours)
    .select('user_id')
    .executeTakeFirstOrThrow();
  const failing = db.transaction().execute(async (transaction) => {
    await notify(transaction, { tenantId: ours, userId, kind: 'session.started', values: VALUES });
    throw new Error('no, after all');
  });
  await expect(failing).rejects.toThrow('no, after all');
  expect(await count()).toEqual(before);
});

it('writes in the language and the time of the place, and says of what it does not know what kind it is', () => {
  const london = { locale: 'en', timezone: 'Europe/London' } as const;
  expect(notificationText('booking.requested', VALUES, london)).toBe(
    'Budi booked "Aljabar Dasar" for 22 November 2026 at 07:00 GMT.',
  );
  expect(notificationText('unheard.of', VALUES, london)).toBe('unheard.of');
  expect(notificationText('session.started', { course: 7 }, london)).toBe('session.started');
});
