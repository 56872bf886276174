/*
 * The payment gateway, by HTTP.
 *
 * What always holds: no call lasts longer than its time-outs; what is asked again carries the same idempotency key, so that
 * nothing is begun twice; an answer that makes no sense is no answer.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { rupiahNumber } from '../../billing/rupiah-number.ts';
import {
  type PaymentOrder,
  type PaymentProvider,
  type ProviderEvent,
  type ProviderPayment,
  ProviderRefusedError,
  ProviderUnavailableError,
  WebhookContentError,
} from './provider.ts';
import { checkSignature } from './signature.ts';
import {
  errorMessage,
  eventMessage,
  IDEMPOTENCY_HEADER,
  type OrderMessage,
  type PaymentMessage,
  paymentMessage,
} from './wire.ts';

export interface GatewayOptions {
  /** Where it is: `https://gateway.example`. */
  readonly url: string;
  /** Says who asks. */
  readonly key: string;
  /** What its webhooks are signed with. */
  readonly webhookSecret: string;
  /** For tests: shorter than what production has. */
  readonly patience?: Partial<typeof PATIENCE>;
}

const PATIENCE = {
  /** For each try. */
  timeoutMs: 8_000,
  /** Before the second try; twice as long before the third. */
  pauseMs: 250,
};
const TRIES = 3;
const NOT_FOUND = 404;
const TOO_MANY = 429;
const SERVER_ERROR = 500;
const LONGEST_ANSWER_CHARACTERS = 64 * 1024;

interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** Each of our questions is safe to repeat: it reads, it has the key that makes it one, or it ends what stays ended. */
  readonly idempotencyKey?: string;
}

/** The payment gateway whose address, key and secret are in the configuration. */
export class Gateway implements PaymentProvider {
  readonly name = 'gateway';
  readonly #options: GatewayOptions;
  readonly #patience: typeof PATIENCE;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#patience = { ...PATIENCE, ...options.patience };
  }

  async create(order: PaymentOrder): Promise<ProviderPayment> {
    const { reference } = order;
    const answer = await this.#ask({
      method: 'POST',
      path: '/v1/payments',
      body: orderOf(order),
      idempotencyKey: reference,
    });
    return toPayment(await understood(answer));
  }

  async find(reference: string): Promise<ProviderPayment | undefined> {
    const answer = await this.#ask({
      method: 'GET',
      path: `/v1/payments/by-reference/${encodeURIComponent(reference)}`,
    });
    return answer.status === NOT_FOUND ? undefined : toPayment(await understood(answer));
  }

  async cancel(id: string): Promise<ProviderPayment> {
    const path = `/v1/payments/${encodeURIComponent(id)}/cancel`;
    return toPayment(await understood(await this.#ask({ method: 'POST', path })));
  }

  readEvent(headers: Parameters<PaymentProvider['readEvent']>[0], body: Buffer, now: Date): ProviderEvent {
    checkSignature(this.#options.webhookSecret, headers, body, now);
    const parsed = eventMessage.safeParse(parseJson(body.toString('utf8')));
    if (!parsed.success) {
      throw new WebhookContentError('The webhook has not the documented shape.', { cause: parsed.error });
    }
    const { id, created_at, payment } = parsed.data;
    return { id, happenedAt: new Date(created_at), payment: toPayment(payment) };
  }

  /** @throws {ProviderUnavailableError} when no try was answered */
  async #ask(question: Question): Promise<Response> {
    const { pauseMs } = this.#patience;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.#askOnce(question);
        if (answer.status < SERVER_ERROR && answer.status !== TOO_MANY) {
          return answer;
        }
        await answer.body?.cancel();
        throw new ProviderUnavailableError(`The payment gateway answered ${answer.status}.`);
      } catch (error) {
        if (attempt === TRIES) {
          throw error instanceof ProviderUnavailableError
            ? error
            : new ProviderUnavailableError('The payment gateway cannot be reached.', { cause: error });
        }
      }
      await wait(pauseMs * 2 ** (attempt - 1));
    }
  }

  #askOnce({ method, path, body, idempotencyKey }: Question): Promise<Response> {
    const { url, key } = this.#options;
    return fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { [IDEMPOTENCY_HEADER]: idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A gateway is at one address; what sends us elsewhere is not it.
      redirect: 'error',
      signal: AbortSignal.timeout(this.#patience.timeoutMs),
    });
  }
}

/** @throws {ProviderRefusedError} for an answer that says no; {@link ProviderUnavailableError} for one that says nothing */
async function understood(answer: Response): Promise<PaymentMessage> {
  const text = await answer.text().catch((error: unknown) => {
    throw new ProviderUnavailableError('The payment gateway broke off its answer.', { cause: error });
  });
  const content = text.length > LONGEST_ANSWER_CHARACTERS ? undefined : parseJson(text);
  if (!answer.ok) {
    const refusal = errorMessage.safeParse(content);
    throw new ProviderRefusedError(
      refusal.success ? refusal.data.message : `The payment gateway answered ${answer.status}.`,
    );
  }
  const { success, data, error } = paymentMessage.safeParse(content);
  if (!success) {
    throw new ProviderUnavailableError('The payment gateway’s answer is not one.', { cause: error });
  }
  return data;
}

function orderOf({ reference, amount, way, description, expiresAt }: PaymentOrder): OrderMessage {
  return {
    reference,
    amount: rupiahNumber(amount),
    currency: 'IDR',
    way,
    description,
    expires_at: expiresAt.toISOString(),
  };
}

function toPayment({ id, reference, state, instructions, receipt, card }: PaymentMessage): ProviderPayment {
  return {
    id,
    reference,
    state,
    instructions: {
      virtualAccount: instructions.virtual_account,
      link: instructions.link,
      qris: instructions.qris,
    },
    receipt: receipt && {
      id: receipt.id,
      amount: BigInt(receipt.amount),
      paidAt: new Date(receipt.paid_at),
    },
    card,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
