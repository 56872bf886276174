import { randomBytes } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import type { LightMyRequestResponse } from 'fastify';
import { type PaymentBody, paymentBody } from '../payments/payment-body.ts';
import { signatureHeaders } from '../payments/provider/signature.ts';
import type { EventMessage } from '../payments/provider/wire.ts';
import { type Sandbox, startSandbox } from '../payments/sandbox/sandbox.ts';
import { startApplication, type TestApplication } from './application.ts';
import { issuePlainInvoice } from './invoices.ts';
import { silent } from './postgres.ts';
import { png } from './samples.ts';

const KEY = 'key-of-the-sandbox-in-tests';
const SECRET = 'secret-of-the-webhooks-in-tests-only';
export const WEBHOOK = '/api/v1/payments/webhook/gateway';

const MERCHANT = {
  acquirer: 'COM.BANKCONTOH.WWW',
  pan: '936000140000000018',
  id: '000000000000018',
  criteria: 'UKE',
  nmid: 'ID1020000000018',
  category: '7372',
  name: 'RIWAYAT CONTOH',
  city: 'JAKARTA',
  postal_code: '12190',
};
const ACCOUNTS = [{ bank: 'BCA', number: '123-456-7890', holder: 'PT Contoh' }];

/** What somebody of a tenant, or of the platform, asks. */
export type Ask = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  payload?: object,
) => Promise<LightMyRequestResponse>;

/** The whole application, paid through the sandbox by real HTTP. */
export interface Till {
  readonly application: TestApplication;
  readonly sandbox: Sandbox;
  /** A tenant with an administrator, and how they ask. */
  tenant(): Promise<{ tenantId: TenantId; ask: Ask }>;
  /** How somebody who runs the platform asks. */
  operator(): Promise<Ask>;
  /** Issues an invoice. Gives its id. */
  invoice(tenantId: TenantId, total: bigint, period?: string): Promise<string>;
  /** Plays the payer on the sandbox's page, and waits until what it tells has arrived. */
  playPayer(payment: PaymentBody, form?: Record<string, string>): Promise<number>;
  /** Sends a webhook, signed unless said otherwise. */
  tell(event: EventMessage | Buffer, secret?: string): Promise<LightMyRequestResponse>;
  stop(): Promise<void>;
}

/** @param now the application's and the sandbox's clock */
export async function openTill(now: () => Date = () => new Date()): Promise<Till> {
  let url = '';
  let numbers = 0;
  const sandbox = await startSandbox({
    key: KEY,
    now,
    webhooks: {
      url: () => url + WEBHOOK,
      secret: SECRET,
      logger: silent,
      pace: { disorderMs: 20, backoffMs: 20 },
    },
  });
  const application = await startApplication(
    {
      PAYMENT_PROVIDER_URL: sandbox.url,
      PAYMENT_PROVIDER_KEY: KEY,
      PAYMENT_WEBHOOK_SECRET: SECRET,
      BANK_ACCOUNTS: JSON.stringify(ACCOUNTS),
      QRIS_MERCHANT: JSON.stringify(MERCHANT),
    },
    now,
  );
  url = application.url;
  const { app, services } = application;
  const asking =
    (token: string): Ask =>
    async (method, path, payload) => {
      const authorization = `Bearer ${token}`;
      if (payload instanceof FormData) {
        const encoded = new Response(payload);
        const type = encoded.headers.get('content-type') ?? '';
        const body = Buffer.from(await encoded.arrayBuffer());
        return app.inject({
          method,
          url: path,
          headers: { authorization, 'content-type': type },
          payload: body,
        });
      }
      return app.inject({ method, url: path, headers: { authorization }, ...(payload && { payload }) });
    };
  return {
    application,
    sandbox,
    async tenant() {
      const id = `payer-${randomBytes(4).toString('hex')}`;
      const tenantId = await application.createTenant(id, ['administrator']);
      return { tenantId, ask: asking(await application.tokenOf(id, 'administrator')) };
    },
    operator: async () => asking(await application.operatorToken('proved')),
    invoice(tenantId, total, period = '2026-10') {
      numbers += 1;
      const number = `INV-2026-${String(numbers).padStart(6, '0')}`;
      return issuePlainInvoice(services.database.db, {
        tenantId,
        period,
        total,
        issuedOn: '2026-11-01',
        number,
      });
    },
    async playPayer({ instructions: { link } }, form = {}) {
      const answer = await fetch(link ?? '', { method: 'POST', body: new URLSearchParams(form) });
      await answer.text();
      await sandbox.delivered();
      return answer.status;
    },
    tell(event, secret = SECRET) {
      const body = Buffer.isBuffer(event) ? event : Buffer.from(JSON.stringify(event));
      return app.inject({
        method: 'POST',
        url: WEBHOOK,
        payload: body,
        headers: { 'content-type': 'application/json', ...signatureHeaders(secret, body, now()) },
      });
    },
    async stop() {
      await application.stop();
      await sandbox.stop();
    },
  };
}

/** Begins a payment, and expects it to be possible. */
export async function begun(ask: Ask, wanted: object): Promise<PaymentBody> {
  const answer = await ask('POST', '/api/v1/tenant/billing/payments', wanted);
  if (answer.statusCode !== 201) {
    throw new Error(`The payment was answered ${answer.statusCode}: ${answer.body}`);
  }
  return paymentBody.parse(answer.json());
}

/** The form that proves a transfer. */
export function proofForm(fields: Record<string, string>, file = png()): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.set(name, value);
  }
  form.set('file', new Blob([new Uint8Array(file)]), 'bukti.png');
  return form;
}
