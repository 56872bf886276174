import { randomBytes } from 'node:crypto';
import type { OrderMessage, PaymentMessage } from '../provider/wire.ts';
import { qrisMerchantSchema } from '../qris/merchant.ts';
import { qrisPayload } from '../qris/payload.ts';

const ID_BYTES = 9;
/** Longer ago than anybody asks for a payment of the sandbox. */
const MOST_PAYMENTS = 10_000;

/** Cards of the sandbox; no other number is taken. */
const CARDS = {
  '4811111111111114': { label: 'Visa •••• 1114', accepts: () => true },
  '5211111111111117': { label: 'Mastercard •••• 1117', accepts: () => true },
  '4911111111111113': { label: 'Visa •••• 1113', accepts: () => false },
  /** Good once: a debit without its holder is refused. */
  '4411111111111118': { label: 'Visa •••• 1118', accepts: (debit: boolean) => !debit },
} as const;
type CardNumber = keyof typeof CARDS;

const BANK_PREFIXES = { bca: '70012', mandiri: '88608', bni: '98812' } as const;
const ACCOUNT_DIGITS = 11;

/** Nobody's: a code of the sandbox cannot be paid with real money. */
const MERCHANT = qrisMerchantSchema.parse({
  acquirer: 'COM.SANDBOX.WWW',
  pan: '936000000000000000',
  id: '000000000000000',
  criteria: 'UKE',
  nmid: 'ID0000000000000',
  category: '7372',
  name: 'SANDBOX',
  city: 'JAKARTA',
  postal_code: '10110',
});

/** A payment of the sandbox, and what was asked for. */
export interface SandboxPayment {
  readonly order: OrderMessage;
  readonly message: PaymentMessage;
}

/** What cannot be done with a payment. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: 'not-found' | 'over' | 'key-reused' | 'card-unknown' | 'amount-wrong';

  constructor(code: SandboxError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface PaymentBookOptions {
  readonly now: () => Date;
  /** Where the sandbox's pages are. */
  readonly origin: () => string;
  /** Told of each payment that has come to its end. */
  readonly onEnd: (payment: PaymentMessage) => void;
}

/** The payments of the sandbox, kept in memory. */
export class PaymentBook {
  readonly #options: PaymentBookOptions;
  readonly #payments = new Map<string, SandboxPayment>();
  readonly #references = new Map<string, string>();
  readonly #cards = new Map<string, CardNumber>();
  #accounts = 0;

  constructor(options: PaymentBookOptions) {
    this.#options = options;
  }

  /**
   * The payment of an order; the one that there is already, when the same is asked for again.
   *
   * @throws {SandboxError} `key-reused` for another order under the same reference; `card-unknown` for no token of ours
   */
  create(order: OrderMessage): PaymentMessage {
    const known = this.#references.get(order.reference);
    if (known !== undefined) {
      const found = this.get(known);
      if (JSON.stringify(found.order) !== JSON.stringify(order)) {
        throw new SandboxError('key-reused', 'There is another payment of this reference.');
      }
      return found.message;
    }
    const id = `sbx_${randomBytes(ID_BYTES).toString('hex')}`;
    const { reference, amount, way } = order;
    const card = 'token' in way ? this.#cardOf(way.token) : undefined;
    const message: PaymentMessage = {
      id,
      reference,
      amount,
      state: 'pending',
      instructions: card === undefined ? this.#instructions(id, order) : {},
    };
    this.#forgetOldest();
    this.#payments.set(id, { order, message });
    this.#references.set(reference, id);
    if (card !== undefined) {
      return this.#end(id, CARDS[card].accepts(true) ? this.#paid(amount) : { state: 'failed' });
    }
    return message;
  }

  /** @throws {SandboxError} `not-found` */
  get(id: string): SandboxPayment {
    const found = this.#payments.get(id);
    if (found === undefined) {
      throw new SandboxError('not-found', 'There is no such payment.');
    }
    const isOver = new Date(found.order.expires_at) <= this.#options.now();
    if (found.message.state === 'pending' && isOver) {
      return { ...found, message: this.#end(id, { state: 'expired' }) };
    }
    return found;
  }

  /** @throws {SandboxError} `not-found` */
  byReference(reference: string): PaymentMessage {
    return this.get(this.#references.get(reference) ?? '').message;
  }

  /** Ends a payment that waits; leaves every other as it is. */
  cancel(id: string): PaymentMessage {
    const { message } = this.get(id);
    return message.state === 'pending' ? this.#end(id, { state: 'cancelled' }) : message;
  }

  /**
   * Plays the payer: of a virtual account, a wallet or a code.
   *
   * @param amount what they pay; what is asked for, unless said
   * @throws {SandboxError} `over` when the payment does not wait any more; `amount-wrong`
   */
  pay(id: string, amount = this.get(id).message.amount): PaymentMessage {
    this.#waiting(id);
    if (!Number.isSafeInteger(amount) || amount <= 0) {
      throw new SandboxError('amount-wrong', 'Pay a whole number of rupiah, more than 0.');
    }
    return this.#end(id, this.#paid(amount));
  }

  /**
   * Plays the payer who writes in a card.
   *
   * @throws {SandboxError} `card-unknown` for a number that is none of the sandbox's; `over`
   */
  payByCard(id: string, typed: string): PaymentMessage {
    const { order, message } = this.#waiting(id);
    const number = typed.replaceAll(/\D/g, '');
    if (!isCardNumber(number)) {
      throw new SandboxError('card-unknown', `Cards of the sandbox are ${Object.keys(CARDS).join(', ')}.`);
    }
    const { accepts, label } = CARDS[number];
    if (!accepts(false)) {
      return this.#end(id, { state: 'failed' });
    }
    const keep = 'keep' in order.way && order.way.keep;
    const token = `card_${randomBytes(ID_BYTES).toString('hex')}`;
    if (keep) {
      this.#cards.set(token, number);
    }
    return this.#end(id, { ...this.#paid(message.amount), ...(keep && { card: { token, label } }) });
  }

  #waiting(id: string): SandboxPayment {
    const found = this.get(id);
    if (found.message.state !== 'pending') {
      throw new SandboxError('over', `The payment is ${found.message.state}.`);
    }
    return found;
  }

  #cardOf(token: string): CardNumber {
    const number = this.#cards.get(token);
    if (number === undefined) {
      throw new SandboxError('card-unknown', 'There is no card of this token.');
    }
    return number;
  }

  #paid(amount: number): Pick<PaymentMessage, 'state' | 'receipt'> {
    const id = `rcp_${randomBytes(ID_BYTES).toString('hex')}`;
    return { state: 'paid', receipt: { id, amount, paid_at: this.#options.now().toISOString() } };
  }

  #end(id: string, change: Pick<PaymentMessage, 'state' | 'receipt' | 'card'>): PaymentMessage {
    const found = this.#payments.get(id);
    if (found === undefined) {
      throw new SandboxError('not-found', 'There is no such payment.');
    }
    const message = { ...found.message, ...change };
    this.#payments.set(id, { ...found, message });
    this.#options.onEnd(message);
    return message;
  }

  #instructions(id: string, { way, amount, reference }: OrderMessage): PaymentMessage['instructions'] {
    // The page plays what would be a bank's or a wallet's application.
    const link = `${this.#options.origin()}/pay/${id}`;
    switch (way.method) {
      case 'virtual-account':
        this.#accounts += 1;
        return {
          virtual_account: BANK_PREFIXES[way.bank] + String(this.#accounts).padStart(ACCOUNT_DIGITS, '0'),
          link,
        };
      case 'qris':
        return { qris: qrisPayload(MERCHANT, { amount: BigInt(amount), bill: reference }), link };
      case 'e-wallet':
      case 'card':
        return { link };
    }
  }

  #forgetOldest(): void {
    for (const [id, { order }] of this.#payments) {
      if (this.#payments.size < MOST_PAYMENTS) {
        return;
      }
      this.#payments.delete(id);
      this.#references.delete(order.reference);
    }
  }
}

function isCardNumber(number: string): number is CardNumber {
  return Object.hasOwn(CARDS, number);
}
