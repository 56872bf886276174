import { afterAll, beforeAll, expect, it } from 'vitest';
import { openContract } from '../billing/contracts.ts';
import { issueDueInvoices } from '../invoices/month-run.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { pdfText } from '../testing/pdf-text.ts';
import { type Member, School } from '../testing/school.ts';
import { TabledMetering } from '../testing/tabled-metering.ts';
import { invoiceDocumentBody } from './invoice-json.ts';

/** Three in the morning of 1 November in Jakarta. */
const NOW = new Date('2026-10-31T20:00:00Z');

let application: TestApplication;
let board: Member;
let learner: Member;
let stranger: Member;
let invoice: string;

beforeAll(async () => {
  application = await startApplication(
    {
      SELLER_NAME: 'PT Penagih',
      BANK_ACCOUNTS: JSON.stringify([{ bank: 'BCA', number: '123-456-7890', holder: 'PT Penagih' }]),
    },
    () => NOW,
  );
  const { database, pricing } = application.services;
  const ours = await School.open(application, 'koperasi', () => NOW);
  const theirs = await School.open(application, 'lain', () => NOW);
  board = await ours.member('pengurus', 'board');
  learner = await ours.member('anggota', 'member');
  stranger = await theirs.member('admin', 'administrator');
  const { tenantId } = ours;
  await openContract(database.db, { tenantId, startedOn: '2026-10-01', plan: 'usage' });
  const metering = new TabledMetering();
  metering.tell(tenantId, '2026-10-10', 'members', '250', new Date('2026-10-11T00:00:00Z'));
  await issueDueInvoices({ db: database.db, metering, pricing, now: () => NOW }, [tenantId]);
  ({ id: invoice } = await database.db
    .selectFrom('invoices')
    .where('tenant_id', '=', tenantId)
    .select('id')
    .executeTakeFirstOrThrow());
});
afterAll(() => application.stop());

it('gives an invoice as PDF, CSV and JSON, in the language that is asked for', async () => {
  const pdf = await board.ask('GET', `/api/v1/tenant/billing/invoices/${invoice}.pdf?locale=en`);
  expect(pdf.headers).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': expect.stringContaining('filename="INV-2026-000001.pdf"'),
  });
  expect(pdfText(pdf.rawPayload).flat()).toEqual(
    expect.arrayContaining([
      'PT Penagih',
      'INV-2026-000001',
      'October 2026',
      '1 November 2026',
      'koperasi',
      'BCA 123-456-7890 · PT Penagih',
    ]),
  );
  const csv = await board.ask('GET', `/api/v1/tenant/billing/invoices/${invoice}.csv?locale=en`);
  expect(csv.body).toContain('Members,250,members,"250 members × Rp\u00a02,000 = Rp\u00a0500,000"');
  const json = await board.ask('GET', `/api/v1/tenant/billing/invoices/${invoice}.json`);
  const body = invoiceDocumentBody.parse(json.json());
  expect(body).toMatchObject({
    number: 'INV-2026-000001',
    state: 'issued',
    total_idr: 800_000,
    outstanding_idr: 800_000,
  });
});

it('writes in the language of the tenant unless another is asked for', async () => {
  const csv = await board.ask('GET', `/api/v1/tenant/billing/invoices/${invoice}.csv`);
  expect(csv.body).toContain('Anggota,250,anggota,250 anggota × Rp2.000 = Rp500.000');
});

it.each(['pdf', 'csv', 'json'])(
  'shows the %s to nobody of another tenant, and to no learner',
  async (form) => {
    const url = `/api/v1/tenant/billing/invoices/${invoice}.${form}`;
    expect((await stranger.ask('GET', url)).statusCode).toBe(404);
    expect((await learner.ask('GET', url)).statusCode).toBe(403);
  },
);

it('knows no document of an id that is none', async () => {
  expect((await board.ask('GET', '/api/v1/tenant/billing/invoices/1.pdf')).statusCode).toBe(400);
});
