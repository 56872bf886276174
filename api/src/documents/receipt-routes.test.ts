import { formatRupiah } from '@riwayat/billing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isMailTemplate } from '../notifications/mail-templates.ts';
import { tenantRow } from '../tenants/tenant.ts';
import { pdfText } from '../testing/pdf-text.ts';
import { begun, openTill, type Till } from '../testing/till.ts';
import { documentAttachments } from './attachments.ts';
import { documentFrame } from './frame.ts';
import { documentWords } from './words.ts';

const TOTAL = 500_000n;

let till: Till;

beforeAll(async () => {
  till = await openTill();
});
afterAll(() => till.stop());

function database() {
  return till.application.services.database;
}

function receipt(payment: { id: string }, locale = 'en'): string {
  return `/api/v1/tenant/billing/payments/${payment.id}/receipt.pdf?locale=${locale}`;
}

/** The mails that confirm a tenant's payments, as they are in the outbox. */
function confirmations(tenantId: string) {
  return database()
    .db.selectFrom('outbox')
    .where('tenant_id', '=', tenantId)
    .where('template', '=', 'payment-received')
    .orderBy('recipient')
    .select(['recipient', 'template', 'values', 'locale'])
    .execute();
}

type Confirmation = Awaited<ReturnType<typeof confirmations>>[number];

/** What a mail brings, as the worker asks for it. */
async function broughtBy(tenantId: string, { template, values, locale }: Confirmation) {
  if (!isMailTemplate(template)) {
    throw new Error(`There is no mail template "${template}".`);
  }
  return documentAttachments(
    { database: database(), ...documentFrame(till.application.config) },
    { tenantId, template, values, locale: tenantRow.shape.locale.parse(locale) },
  );
}

/** A fact of a receipt, as the paper has it: the words and what stands beside them. */
function fact(said: readonly string[], words: string): string | undefined {
  return said[said.indexOf(words) + 1];
}

it('says of each payment what was booked by it, whatever comes later', async () => {
  const { tenantId, ask } = await till.tenant();
  const invoice = await till.invoice(tenantId, TOTAL);
  const part = await begun(ask, {
    invoice,
    method: 'virtual-account',
    bank: 'bca',
    amount_idr: 200_000,
  });
  const most = await begun(ask, { invoice, method: 'e-wallet', wallet: 'gopay', amount_idr: 300_000 });
  const late = await begun(ask, { invoice, method: 'qris', amount_idr: 300_000 });
  for (const payment of [part, most, late]) {
    expect(await till.playPayer(payment)).toBe(200);
  }

  const words = documentWords('en');
  const told = [];
  for (const payment of [part, most, late]) {
    const answer = await ask('GET', receipt(payment));
    expect(answer.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': expect.stringMatching(`INV-2026-\\d{6}-${payment.id}\\.pdf`),
    });
    const said = pdfText(answer.rawPayload).flat();
    expect(said).toEqual(expect.arrayContaining(['Receipt', tenantId, payment.id]));
    told.push({
      method: fact(said, words.method),
      received: fact(said, words.received),
      applied: fact(said, words.applied),
      kept: said.includes(words.keptForNext) ? fact(said, words.keptForNext) : null,
      open: fact(said, words.stillOwed),
    });
  }
  const rupiah = (amount: bigint) => formatRupiah(amount, 'en');
  const [twoHundred, threeHundred, nothing] = [200_000n, 300_000n, 0n].map(rupiah);
  expect(told).toEqual([
    {
      method: 'Virtual account · BCA',
      received: twoHundred,
      applied: twoHundred,
      kept: null,
      open: threeHundred,
    },
    {
      method: 'E-wallet · GoPay',
      received: threeHundred,
      applied: threeHundred,
      kept: null,
      open: nothing,
    },
    { method: 'QRIS', received: threeHundred, applied: nothing, kept: threeHundred, open: nothing },
  ]);
});

it('is none of a payment that nobody has paid, and of another tenant', async () => {
  const { tenantId, ask } = await till.tenant();
  const { ask: stranger } = await till.tenant();
  const invoice = await till.invoice(tenantId, TOTAL);
  const payment = await begun(ask, { invoice, method: 'qris' });
  expect((await ask('GET', receipt(payment))).statusCode).toBe(404);
  await till.playPayer(payment);
  expect((await ask('GET', receipt(payment))).statusCode).toBe(200);
  expect((await stranger('GET', receipt(payment))).statusCode).toBe(404);
});

it('is written in the language of the tenant unless another is asked for', async () => {
  const { tenantId, ask } = await till.tenant();
  const payment = await begun(ask, { invoice: await till.invoice(tenantId, TOTAL), method: 'qris' });
  await till.playPayer(payment);
  const own = await ask('GET', `/api/v1/tenant/billing/payments/${payment.id}/receipt.pdf`);
  expect(pdfText(own.rawPayload).flat()).toEqual(expect.arrayContaining(['Kuitansi', 'Rp500.000']));
});

it('comes with the mail that confirms the payment, to each who pays in their language', async () => {
  const { tenantId, ask } = await till.tenant();
  const { services } = till.application;
  const email = `second@${tenantId}.example`;
  await services.people.createUser({
    email,
    name: 'Second',
    password: null,
    memberships: [{ tenantId, role: 'administrator' }],
  });
  await database().db.updateTable('users').set({ locale: 'en' }).where('email', '=', email).execute();
  const payment = await begun(ask, { invoice: await till.invoice(tenantId, TOTAL), method: 'qris' });
  await till.playPayer(payment);

  const mails = await confirmations(tenantId);
  expect(mails.map(({ recipient, locale }) => [recipient, locale])).toEqual([
    [`administrator@${tenantId}.example`, 'id'],
    [email, 'en'],
  ]);
  for (const mail of mails) {
    const [file = expect.unreachable()] = await broughtBy(tenantId, mail);
    expect([file.fileName, file.type]).toEqual([
      expect.stringMatching(`^INV-2026-\\d{6}-${payment.id}\\.pdf$`),
      'application/pdf',
    ]);
    const title = mail.locale === 'en' ? 'Receipt' : 'Kuitansi';
    expect(pdfText(file.content).flat()).toEqual(expect.arrayContaining([title, payment.id]));
  }
});

it('comes with no mail of money that has no payment of its own', async () => {
  const { tenantId } = await till.tenant();
  const values = {
    name: 'Sari',
    invoice: 'INV-2026-000001',
    amount: '1',
    open: '0',
    credit: '0',
    paidAt: '2026-11-22T03:00:00Z',
  };
  const mail = { recipient: 'sari@x.example', template: 'payment-received', locale: 'id' };
  expect(await broughtBy(tenantId, { ...mail, values: { ...values, payment: null } })).toEqual([]);
  // As one that was written before receipts were.
  expect(await broughtBy(tenantId, { ...mail, values })).toEqual([]);
});
