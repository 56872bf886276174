import { timingSafeEqual } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { IDEMPOTENCY_HEADER, orderMessage } from '../provider/wire.ts';
import { Deliveries, type DeliveryOptions } from './deliveries.ts';
import { payPage, problemPage } from './page.ts';
import { PaymentBook, SandboxError, type SandboxPayment } from './payment-book.ts';

const LOOPBACK = '127.0.0.1';
const BODY_LIMIT_BYTES = 16 * 1024;
const BEARER = 'Bearer ';
const HTML = 'text/html; charset=utf-8';

const STATUSES: Readonly<Record<SandboxError['code'], number>> = {
  'not-found': 404,
  over: 409,
  'key-reused': 409,
  'card-unknown': 422,
  'amount-wrong': 422,
};

export interface SandboxOptions {
  /** What whoever asks must send. */
  readonly key: string;
  /** Where webhooks go, how they are signed, and how fast. */
  readonly webhooks: Omit<DeliveryOptions, 'now'>;
  readonly now?: () => Date;
  /** Any that is free, unless said. */
  readonly port?: number;
}

/** A payment gateway that moves no money. */
export interface Sandbox {
  readonly url: string;
  /** Waits until every webhook that was sent so far is delivered or given up. */
  delivered(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a payment gateway that moves no money, on this machine alone. Whoever opens a payment's page plays the payer. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { key, webhooks, now = () => new Date(), port = 0 } = options;
  const deliveries = new Deliveries({ ...webhooks, now });
  let origin = '';
  const book = new PaymentBook({
    now,
    origin: () => origin,
    onEnd: (payment) => deliveries.send(payment),
  });
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES });
  app.setErrorHandler((error, _request, reply) => {
    const code = error instanceof SandboxError ? error.code : 'invalid';
    const status = error instanceof SandboxError ? STATUSES[error.code] : statusOf(error);
    return reply.code(status).send({ code, message: error instanceof Error ? error.message : String(error) });
  });
  await app.register(async (api) => gatewayRoutes(api, book, key));
  await app.register(async (pages) => payerRoutes(pages, book));
  origin = await app.listen({ host: LOOPBACK, port });
  return {
    url: origin,
    delivered: () => deliveries.delivered(),
    async stop() {
      await app.close();
      await deliveries.stop();
    },
  };
}

/** What the gateway's clients ask. */
function gatewayRoutes(scope: FastifyInstance, book: PaymentBook, key: string): void {
  scope.setValidatorCompiler(validatorCompiler);
  scope.setSerializerCompiler(serializerCompiler);
  const app = scope.withTypeProvider<ZodTypeProvider>();
  app.addHook('onRequest', async (request, reply) => {
    if (!isKey(request, key)) {
      return reply.code(401).send({ code: 'unauthorised', message: 'The key is wrong.' });
    }
  });
  app.post(
    '/v1/payments',
    { schema: { headers: z.object({ [IDEMPOTENCY_HEADER]: z.string().min(1) }), body: orderMessage } },
    async (request, reply) => {
      if (request.headers[IDEMPOTENCY_HEADER] !== request.body.reference) {
        throw new SandboxError('key-reused', 'The idempotency key must be the reference.');
      }
      return reply.code(201).send(book.create(request.body));
    },
  );
  const id = z.object({ id: z.string() });
  app.get('/v1/payments/by-reference/:id', { schema: { params: id } }, async ({ params }) =>
    book.byReference(params.id),
  );
  app.post('/v1/payments/:id/cancel', { schema: { params: id } }, async ({ params }) =>
    book.cancel(params.id),
  );
}

/** What the payer sees and does. */
function payerRoutes(scope: FastifyInstance, book: PaymentBook): void {
  scope.setValidatorCompiler(validatorCompiler);
  const app = scope.withTypeProvider<ZodTypeProvider>();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  const params = z.object({ id: z.string() });
  const form = z.object({ amount: z.coerce.number().optional(), card: z.string().max(40).optional() });
  app.get('/pay/:id', { schema: { params } }, async (request, reply) =>
    shown(reply, () => payPage(book.get(request.params.id))),
  );
  app.post('/pay/:id', { schema: { params, body: form } }, async (request, reply) => {
    const { id } = request.params;
    const { amount, card } = request.body;
    return shown(reply, () => {
      const paid = book.get(id);
      try {
        play(book, paid, { amount, card });
      } catch (error) {
        if (error instanceof SandboxError) {
          reply.code(STATUSES[error.code]);
          return payPage(paid, error.message);
        }
        throw error;
      }
      return payPage(book.get(id));
    });
  });
}

function play(
  book: PaymentBook,
  { order, message }: SandboxPayment,
  { amount, card }: { readonly amount: number | undefined; readonly card: string | undefined },
): void {
  if (order.way.method === 'card') {
    book.payByCard(message.id, card ?? '');
  } else {
    book.pay(message.id, amount);
  }
}

function shown(reply: FastifyReply, page: () => string): FastifyReply {
  reply.type(HTML).header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
  try {
    return reply.send(page());
  } catch (error) {
    if (error instanceof SandboxError) {
      return reply.code(STATUSES[error.code]).send(problemPage(error.message));
    }
    throw error;
  }
}

function isKey({ headers }: FastifyRequest, key: string): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(BEARER + key);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function statusOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}
