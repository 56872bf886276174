import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../audit/audit.ts';
import { openContract } from '../billing/contracts.ts';
import { creditInvoice } from '../invoices/credit-note.ts';
import { issueDueInvoices } from '../invoices/month-run.ts';
import { recordPayment } from '../invoices/receipts.ts';
import { mailCarrier } from '../notifications/mail-carrier.ts';
import type { MailTemplate } from '../notifications/mail-templates.ts';
import type { OutgoingMail } from '../notifications/mailer.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { deliveryBy, FIRST_ATTEMPT } from '../testing/delivering.ts';
import { pdfText } from '../testing/pdf-text.ts';
import { type Member, School } from '../testing/school.ts';
import { TabledMetering } from '../testing/tabled-metering.ts';
import { documentAttachments } from './attachments.ts';
import { documentFrame } from './frame.ts';

/** Three in the morning of 1 November in Jakarta. */
const NOW = new Date('2026-10-31T20:00:00Z');

let application: TestApplication;
let school: School;
let board: Member;
let manager: Member;

beforeAll(async () => {
  application = await startApplication({ JOBS: 'off' }, () => NOW);
  school = await School.open(application, 'koperasi', () => NOW);
  await school.member('admin', 'administrator');
  board = await school.member('pengurus', 'board');
  manager = await school.member('manajer', 'manager');
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

const mails = (template: MailTemplate = 'invoice-issued') =>
  application.services.database.db
    .selectFrom('outbox')
    .where('template', '=', template)
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

/** What is sent when a worker takes each of these from the outbox. */
async function delivered(mails: readonly { id: string }[]): Promise<OutgoingMail[]> {
  const { services, config } = application;
  const sent: OutgoingMail[] = [];
  const { database } = services;
  const carrier = mailCarrier({
    mailer: { send: async (mail) => void sent.push(mail) },
    attachments: (mail) => documentAttachments({ database, ...documentFrame(config) }, mail),
  });
  const delivery = deliveryBy(database, 'mail', carrier);
  for (const { id } of mails) {
    await delivery.run({ tenantId: school.tenantId, outboxId: id }, FIRST_ATTEMPT);
  }
  return sent;
}

it('brings the PDF in the language of who reads it, written when it is sent', async () => {
  const sent = await delivered([...(await mails()), ...(await mails())]);
  expect(sent.map(({ to }) => to)).toEqual(['admin@koperasi.example', 'pengurus@koperasi.example']);
  expect(sent[0]?.subject).toBe('Tagihan INV-2026-000001 koperasi untuk Oktober 2026');
  expect(sent[1]?.text).toContain('Rp\u00a0300,000 is to be paid. It is due on 1 November 2026');
  const [file = expect.unreachable()] = sent[1]?.attachments ?? [];
  expect([file.fileName, file.type]).toEqual(['INV-2026-000001.pdf', 'application/pdf']);
  expect(pdfText(file.content).flat()).toEqual(expect.arrayContaining(['Invoice', 'INV-2026-000001']));
});

it('tells the same people of a credit note, once, and brings it', async () => {
  const { db } = application.services.database;
  const { id: invoiceId } = await db
    .selectFrom('invoices')
    .where('tenant_id', '=', school.tenantId)
    .select('id')
    .executeTakeFirstOrThrow();
  const now = NOW;
  await db.transaction().execute((transaction) =>
    recordPayment(transaction, {
      tenantId: school.tenantId,
      invoiceId,
      amount: 250_000n,
      cause: 'payment:1',
      paidAt: now,
      recordedAt: now,
    }),
  );
  const act = { tenantId: school.tenantId, invoiceId, reason: 'Dihitung dua kali.', actor: SYSTEM, now };
  const lines = [{ position: 1, amount: 100_000n }];
  await db.transaction().execute((transaction) => creditInvoice(transaction, { ...act, lines }));

  const written = await mails('credit-note-issued');
  expect(written.map(({ recipient }) => recipient)).toEqual([
    'admin@koperasi.example',
    'pengurus@koperasi.example',
  ]);
  const sent = await delivered(written);
  expect(sent[0]?.subject).toBe('Nota kredit CN-2026-000001 koperasi untuk tagihan INV-2026-000001');
  const said = sent[1]?.text.replaceAll('\u00a0', ' ');
  expect(said).toContain(
    'it takes Rp 100,000 of the invoice INV-2026-000001 back. Reason: Dihitung dua kali.',
  );
  expect(said).toContain('Nothing more is to be paid of this invoice.');
  expect(said).toContain('Rp 50,000 of it had been paid.');
  const [file = expect.unreachable()] = sent[1]?.attachments ?? [];
  expect(file.fileName).toBe('CN-2026-000001.pdf');
  expect(pdfText(file.content).flat()).toEqual(expect.arrayContaining(['Credit note', 'CN-2026-000001']));

  const inboxes = await Promise.all(
    [manager, board].map((member) => member.ask('GET', '/api/v1/account/notifications?limit=10')),
  );
  const texts = inboxes.map((inbox) =>
    inbox
      .json()
      .data.filter(({ kind }: { kind: string }) => kind === 'invoice.credited')
      .map(({ text }: { text: string }) => text.replaceAll('\u00a0', ' ')),
  );
  expect(texts).toEqual([
    [
      'Nota kredit CN-2026-000001 menarik kembali Rp100.000 dari tagihan INV-2026-000001. Tidak ada lagi yang harus dibayar.',
    ],
    [
      'Credit note CN-2026-000001 takes Rp 100,000 of the invoice INV-2026-000001 back. Nothing more is to be paid of it.',
    ],
  ]);
});
