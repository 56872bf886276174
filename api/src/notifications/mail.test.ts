import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Schema } from '../postgres/schema.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { SAMPLE_REPORT } from '../testing/sample-report.ts';
import { sendMail } from './mail.ts';
import { MAIL_TEMPLATES } from './mail-templates.ts';
import { mailText } from './mail-text.ts';

const SENDER = { tenant: 'Chill Ajar', timezone: 'Asia/Jakarta' };
const VALUES = {
  name: 'Budi',
  inviter: 'Sari',
  link: 'https://chill-ajar.example/#/verify?token=abc',
  expiresAt: '2026-11-21T23:30:00Z',
  at: '2026-11-21T23:30:00Z',
  until: '2026-11-21T23:30:00Z',
  invoice: 'inv_0123456789abcdef0123',
  number: 'INV-2026-000123',
  month: '2026-10',
  open: '820100',
  amount: '900000',
  credit: '79900',
  paidAt: '2026-11-21T23:30:00Z',
  dueOn: '2026-11-01',
  graceUntil: '2026-11-08',
  note: 'inv_0123456789abcdef0124',
  reason: 'Dihitung dua kali',
  liftedAt: '2026-11-21T23:30:00Z',
  tenant: 'Chill Ajar',
  preferences: 'https://chill-ajar.example/#/notifications',
  report: SAMPLE_REPORT,
  lines: [
    {
      alert: 'alt_0123456789abcdef0123',
      kind: 'fired',
      severity: 'critical',
      name: { en: 'Errors', id: 'Kesalahan' },
      says: { en: 'Error rate was 12.4%; above 5%', id: 'Tingkat kesalahan 12,4%; di atas 5%' },
      watches: { en: 'Error rate above 5%', id: 'Tingkat kesalahan di atas 5%' },
      topic: 'performance',
      subject: '',
      since: '2026-11-21T23:30:00Z',
      firedAt: '2026-11-21T23:32:00Z',
      resolvedAt: null,
      link: 'https://chill-ajar.example/#/alerts/alt_0123456789abcdef0123',
    },
  ],
};

describe('the text of a mail', () => {
  it.each(Object.entries(MAIL_TEMPLATES))('is there in both languages: %s', (name, { letter }) => {
    const english = letter(VALUES, { ...SENDER, locale: 'en' });
    const indonesian = letter(VALUES, { ...SENDER, locale: 'id' });
    expect(english.subject).toContain('Chill Ajar');
    expect(indonesian.subject).toContain('Chill Ajar');
    expect(mailText(english, 'en').text).not.toEqual(mailText(indonesian, 'en').text);
    expect(`${name}: ${mailText(indonesian, 'id').text}`).not.toMatch(/undefined|\[object/);
  });

  it('tells times in the tenant’s zone, as the language writes them', () => {
    const { letter } = MAIL_TEMPLATES['account-locked'];
    const english = letter(VALUES, { ...SENDER, locale: 'en' }).paragraphs.join('\n');
    const indonesian = letter(VALUES, { ...SENDER, locale: 'id' }).paragraphs.join('\n');
    expect(english).toContain('22 November 2026 at 06:30 GMT+7');
    expect(indonesian).toContain('22 November 2026 pukul 06.30 WIB');
  });

  it('says of an alert what was read, since when, what to do, and leads to it and to the preferences', () => {
    const letter = MAIL_TEMPLATES.alerts.letter(VALUES, { ...SENDER, locale: 'en' });
    const { text, html, preferences } = mailText(letter, 'en');
    expect(letter.subject).toBe('Critical: Errors – Chill Ajar');
    expect(text).toBe(`Critical: Errors
Error rate was 12.4%; above 5%.
Since 22 November 2026 at 06:30 GMT+7.
The rule: Error rate above 5%.
See which endpoints are slow or fail, and what changed at that time.
Open the alert: https://chill-ajar.example/#/alerts/alt_0123456789abcdef0123

Acknowledge what you take care of, so that nobody else is called.

Choose by what you are told:
https://chill-ajar.example/#/notifications
`);
    expect(html).toContain('<a href="https://chill-ajar.example/#/alerts/alt_0123456789abcdef0123">');
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(preferences).toBe('https://chill-ajar.example/#/notifications');
  });

  it('keeps what people wrote from being markup or a header', () => {
    const { letter } = MAIL_TEMPLATES['verify-email'];
    const nasty = { ...VALUES, name: '<script>alert("1")</script> & co' };
    const tenant = 'Shop\r\nBcc: everybody@example.com';
    const { subject, text, html } = mailText(letter(nasty, { ...SENDER, tenant, locale: 'en' }), 'en');
    expect(subject).toBe('Confirm your e-mail address for Shop Bcc: everybody@example.com');
    expect(text).toContain('<script>alert("1")</script> & co');
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; co');
    expect(html).toContain('href="https://chill-ajar.example/#/verify?token=abc"');
  });

  it('refuses a link that is none of the web', () => {
    const { letter } = MAIL_TEMPLATES['verify-email'];
    const sender = { ...SENDER, locale: 'en' as const };
    expect(() => letter({ ...VALUES, link: 'javascript:alert(1)' }, sender)).toThrow(z.ZodError);
  });
});

describe('sendMail', () => {
  let server: TestPostgres;
  let db: Kysely<Schema>;
  let tenantId: TenantId;

  beforeAll(async () => {
    server = await startTestPostgres();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    const { database } = await server.freshDatabase();
    ({ db } = database);
    ({ id: tenantId } = await new TenantDirectory(database).create({ id: 'chill-ajar', name: 'Chill Ajar' }));
  });

  const counts = async (): Promise<unknown> => {
    const { rows } = await sql`
      select (select count(*)::int from outbox) as mails,
        (select count(*)::int from graphile_worker.jobs where task_identifier = 'deliver-mail') as jobs`.execute(
      db,
    );
    return rows[0];
  };
  const send = (transaction: Kysely<Schema>): Promise<void> =>
    sendMail(transaction, {
      tenantId,
      to: 'budi@example.com',
      locale: 'id',
      template: 'reset-password',
      values: { name: VALUES.name, link: VALUES.link, expiresAt: VALUES.expiresAt },
    });

  it('leaves a mail and the job that sends it when the transaction is committed', async () => {
    await db.transaction().execute(send);
    expect(await counts()).toEqual({ mails: 1, jobs: 1 });
  });

  it('leaves neither when the transaction is rolled back', async () => {
    const failing = db.transaction().execute(async (transaction) => {
      await send(transaction);
      throw new Error('no, after all');
    });
    await expect(failing).rejects.toThrow('no, after all');
    expect(await counts()).toEqual({ mails: 0, jobs: 0 });
  });
});
