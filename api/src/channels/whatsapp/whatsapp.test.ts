import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../../testing/application.ts';
import { deliveryBy, FIRST_ATTEMPT } from '../../testing/delivering.ts';
import { type Heard, type Listener, listen, type Reaction } from '../../testing/listener.ts';
import { NUMBER, type ToldPerson, toldPerson } from '../../testing/told-person.ts';

const TOKEN = 'EAAG-token-of-the-cloud-api';
const APP_SECRET = 'app-secret-of-the-cloud-api';
const VERIFY_TOKEN = 'verify-token-of-ours';
const NUMBER_ID = '106540352242922';
const WEBHOOK = '/api/v1/channels/whatsapp/webhook';

let cloudApi: Listener;
let application: TestApplication;
let person: ToldPerson;
let count = 0;

/** As the Cloud API answers who has the token and sends what it knows. */
function accept({ path, headers, body }: Heard): Reaction {
  const { messaging_product: product, to, type, template } = JSON.parse(body.toString());
  if (headers.authorization !== `Bearer ${TOKEN}`) {
    return apiError(401, 190, 'Invalid OAuth access token.');
  }
  if (path !== `/v23.0/${NUMBER_ID}/messages` || product !== 'whatsapp' || type !== 'template') {
    return apiError(400, 100, 'Invalid parameter');
  }
  count += 1;
  expect(template.components[0].parameters).toBeDefined();
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      messaging_product: 'whatsapp',
      contacts: [{ input: to, wa_id: to }],
      messages: [{ id: `wamid.${count}`, message_status: 'accepted' }],
    }),
  };
}

function apiError(status: number, code: number, message: string): Reaction {
  const error = { message: `(#${code}) ${message}`, type: 'OAuthException', code, fbtrace_id: 'A1' };
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error }) };
}

beforeAll(async () => {
  cloudApi = await listen();
  cloudApi.react = accept;
  application = await startApplication({
    JOBS: 'off',
    WHATSAPP_URL: `${cloudApi.url}/v23.0`,
    WHATSAPP_NUMBER_ID: NUMBER_ID,
    WHATSAPP_TOKEN: TOKEN,
    WHATSAPP_APP_SECRET: APP_SECRET,
    WHATSAPP_VERIFY_TOKEN: VERIFY_TOKEN,
    PUBLIC_URL: 'http://riwayat.example',
  });
  person = await toldPerson(application.services.database);
});
afterAll(async () => {
  await application.stop();
  await cloudApi.close();
});
afterEach(() => {
  cloudApi.heard.splice(0);
  cloudApi.react = accept;
});

/** The outbox's row of a notice after one attempt, and how the attempt failed. */
async function attempt() {
  const { database, channels } = application.services;
  const outboxId = await person.queue(person.notice('whatsapp'));
  const { run } = deliveryBy(database, 'whatsapp', channels.carriers.whatsapp);
  const error = await run({ tenantId: person.tenantId, outboxId }, FIRST_ATTEMPT).catch(
    (thrown: unknown) => thrown,
  );
  return { outboxId, error };
}

const row = (id: string) =>
  application.services.database.db
    .selectFrom('outbox')
    .where('id', '=', id)
    .select(['state', 'receipt', 'provider_id', 'last_error'])
    .executeTakeFirstOrThrow();

it('sends the approved template in the recipient’s language, and keeps what WhatsApp calls the message', async () => {
  const { outboxId, error } = await attempt();
  expect(error).toBeUndefined();
  expect(await row(outboxId)).toMatchObject({ state: 'sent', provider_id: `wamid.${count}` });
  expect(JSON.parse(cloudApi.heard[0]?.body.toString() ?? '')).toMatchObject({
    to: NUMBER.slice(1),
    biz_opaque_callback_data: `outbox-${outboxId}`,
    template: {
      name: 'riwayat_notice',
      language: { code: 'id' },
      components: [
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Memori penuh' },
            { type: 'text', text: '91 % dari 4 GB' },
            { type: 'text', text: 'http://riwayat.example/#/alerts/alt_1' },
          ],
        },
      ],
    },
  });
});

it.each([
  ['no WhatsApp at the number', 400, 131_026, true],
  ['no such template', 404, 132_001, true],
  ['too many to this number', 400, 131_056, false],
  ['too many of ours', 400, 130_429, false],
  ['something went wrong', 500, 131_000, false],
  ['an expired token', 401, 190, false],
])('tells whether %s passes', async (_what, status, code, final) => {
  cloudApi.react = () => apiError(status, code, 'said so');
  const { outboxId, error } = await attempt();
  expect(error).toMatchObject({ message: `WhatsApp answered with error ${code}.`, final });
  expect(await row(outboxId)).toMatchObject({ state: final ? 'failed' : 'queued' });
});

describe('what WhatsApp tells of messages', () => {
  interface Told {
    readonly id: string;
    readonly status: string;
    readonly named?: string;
  }

  function tell(told: readonly Told[], signedBy = APP_SECRET) {
    const payload = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '1',
          changes: [
            {
              field: 'messages',
              value: {
                messaging_product: 'whatsapp',
                statuses: told.map(({ id, status, named }) => ({
                  id,
                  status,
                  timestamp: '1795300000',
                  recipient_id: NUMBER.slice(1),
                  ...(named !== undefined && { biz_opaque_callback_data: named }),
                  ...(status === 'failed' && { errors: [{ code: 131_026, title: 'Undeliverable' }] }),
                })),
              },
            },
          ],
        },
      ],
    });
    return application.app.inject({
      method: 'POST',
      url: WEBHOOK,
      payload,
      headers: {
        'content-type': 'application/json',
        'x-hub-signature-256': `sha256=${createHmac('sha256', signedBy).update(payload).digest('hex')}`,
      },
    });
  }

  it('only goes forward, told twice or out of order', async () => {
    const { outboxId } = await attempt();
    const id = `wamid.${count}`;
    expect((await tell([{ id, status: 'read' }])).statusCode).toBe(200);
    await tell([{ id, status: 'delivered' }]);
    await tell([{ id, status: 'sent' }]);
    await tell([
      { id, status: 'failed' },
      { id, status: 'read' },
    ]);
    expect(await row(outboxId)).toMatchObject({ state: 'sent', receipt: 'read', last_error: null });
  });

  it('is believed only when it is signed', async () => {
    const { outboxId } = await attempt();
    const answer = await tell([{ id: `wamid.${count}`, status: 'read' }], 'another secret');
    expect(answer.json()).toMatchObject({ code: 'webhook-signature-invalid' });
    expect(await row(outboxId)).toMatchObject({ receipt: null });
  });

  it('says why a message that was taken did not arrive', async () => {
    const { outboxId } = await attempt();
    await tell([{ id: `wamid.${count}`, status: 'failed' }]);
    expect(await row(outboxId)).toMatchObject({ receipt: 'failed', last_error: '131026: Undeliverable' });
  });

  it('keeps a message from being sent again whose yes was lost', async () => {
    cloudApi.react = () => 'reset';
    const { outboxId } = await attempt();
    expect(await row(outboxId)).toMatchObject({ state: 'queued' });
    await tell([{ id: 'wamid.lost', status: 'delivered', named: `outbox-${outboxId}` }]);
    expect(await row(outboxId)).toMatchObject({
      state: 'sent',
      provider_id: 'wamid.lost',
      receipt: 'delivered',
    });
  });

  it('proves the address to who has the verify token alone', async () => {
    const ask = (token: string) =>
      application.app.inject({
        url: WEBHOOK,
        query: { 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '1158201444' },
      });
    expect((await ask(VERIFY_TOKEN)).body).toBe('1158201444');
    expect((await ask('another')).statusCode).toBe(403);
  });
});
