import { afterAll, beforeAll, expect, it } from 'vitest';
import { openContract } from '../billing/contracts.ts';
import { issueDueInvoices } from '../invoices/month-run.ts';
import { mailDelivery } from '../notifications/delivery.ts';
import type { OutgoingMail } from '../notifications/mailer.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { pdfText } from '../testing/pdf-text.ts';
import { School } from '../testing/school.ts';
import { TabledMetering } from '../testing/tabled-metering.ts';
import { documentAttachments } from './attachments.ts';
import { documentFrame } from './frame.ts';

/** Three in the morning of 1 November in Jakarta. */
const NOW = new Date('2026-10-31T20:00:00Z');

let application: TestApplication;
let school: School;

beforeAll(async () => {
  application = await startApplication({ JOBS: 'off' }, () => NOW);
  school = await School.open(application, 'koperasi', () => NOW);
  await school.member('admin', 'administrator');
  await school.member('pengurus', 'board');
  await school.member('manajer', 'manager');
  await school.member('anggota', 'member');
  const other = await School.open(application, 'lain', () => NOW);
  await other.member('admin', 'administrator');
  const { db } = application.services.database;
  await db
    .updateTable('users')
    .set({ locale: 'en' })
    .where('email', '=', 'pengurus@koperasi.example')
    .execute();
  await openContract(db, { tenantId: school.tenantId, startedOn: '2026-10-01', plan: 'usage' });
});
afterAll(() => application.stop());

function issue(): Promise<number> {
  const { database, pricing } = application.services;
  const metering = new TabledMetering();
  return issueDueInvoices({ db: database.db, metering, pricing, now: () => NOW }, [school.tenantId]);
}

const mails = () =>
  application.services.database.db
    .selectFrom('outbox')
    .where('template', '=', 'invoice-issued')
    .orderBy('recipient')
    .select(['id', 'recipient', 'locale', 'state'])
    .execute();

it('mails an issued invoice to administrators and board, once each, however often the run is repeated', async () => {
  await Promise.all([issue(), issue()]);
  await issue();
  expect(await mails()).toMatchObject([
    { recipient: 'admin@koperasi.example', locale: 'id' },
    { recipient: 'pengurus@koperasi.example', locale: 'en' },
  ]);
});

it('brings the PDF in the language of who reads it, written when it is sent', async () => {
  const { services, config } = application;
  const sent: OutgoingMail[] = [];
  const delivery = mailDelivery({
    database: services.database,
    mailer: { send: async (mail) => void sent.push(mail) },
    attachments: (mail) =>
      documentAttachments({ database: services.database, ...documentFrame(config) }, mail),
  });
  const context = { jobId: '1', attempt: 1, lastAttempt: false, signal: new AbortController().signal };
  for (const { id } of [...(await mails()), ...(await mails())]) {
    await delivery.run({ tenantId: school.tenantId, outboxId: id }, context);
  }
  expect(sent.map(({ to }) => to)).toEqual(['admin@koperasi.example', 'pengurus@koperasi.example']);
  expect(sent[0]?.subject).toBe('Tagihan INV-2026-000001 koperasi untuk Oktober 2026');
  expect(sent[1]?.text).toContain('Rp\u00a0300,000 is to be paid. It is due on 1 November 2026');
  const [file = expect.unreachable()] = sent[1]?.attachments ?? [];
  expect([file.fileName, file.type]).toEqual(['INV-2026-000001.pdf', 'application/pdf']);
  expect(pdfText(file.content).flat()).toEqual(expect.arrayContaining(['Invoice', 'INV-2026-000001']));
});
