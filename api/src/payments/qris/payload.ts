/*
 * The text of a QRIS code.
 *
 * What always holds: what is written can be read again as it was; a text with any character changed is refused, because its
 * checksum is wrong; the parts are in the order of their ids, the first says the version, the last is the checksum.
 */
import type { Rupiah } from '@riwayat/billing';
import { crc16 } from './crc16.ts';
import { type DataObject, DataObjectError, readDataObjects, writeDataObjects } from './data-object.ts';
import { type QrisMerchant, qrisMerchantSchema } from './merchant.ts';

/** What is to be paid; without an amount, the payer writes it in. */
export interface QrisPayment {
  /** Whole rupiah, more than 0. */
  readonly amount?: Rupiah;
  /** What the payment is for, shown by the payer's application: at most 25 letters, digits or signs. */
  readonly bill?: string;
}

/** What a payload says. */
export interface Qris {
  readonly merchant: QrisMerchant;
  readonly payment: QrisPayment;
}

/** Text that is not a payload of QRIS; the message says why. */
export class QrisError extends Error {
  override readonly name = 'QrisError';
}

const ID = {
  version: '00',
  initiation: '01',
  acquirer: '26',
  national: '51',
  category: '52',
  currency: '53',
  amount: '54',
  country: '58',
  name: '59',
  city: '60',
  postalCode: '61',
  additional: '62',
  checksum: '63',
} as const;
const ACCOUNT = { domain: '00', pan: '01', id: '02', criteria: '03' } as const;
const ADDITIONAL = { bill: '01', terminal: '07' } as const;

const VERSION = '01';
/** The same code for every payment, or one for this payment. */
const INITIATION = { static: '11', dynamic: '12' } as const;
const NATIONAL_DOMAIN = 'ID.CO.QRIS.WWW';
/** ISO 4217. */
const RUPIAH = '360';
const COUNTRY = 'ID';
/** Id and length of the checksum are part of what it is computed over. */
const CHECKSUM_HEAD = `${ID.checksum}04`;
const CHECKSUM_CHARACTERS = 4;
const LARGEST_AMOUNT = 9_999_999_999_999n;

/**
 * The payload of a code that is paid by any Indonesian bank's or wallet's application: for one payment when it has an amount,
 * for every payment when it has none.
 *
 * @throws {QrisError} for an amount of 0 or less, or of more than 13 digits; for a bill that no payload can have
 */
export function qrisPayload(merchant: QrisMerchant, { amount, bill }: QrisPayment = {}): string {
  if (amount !== undefined && (amount <= 0n || amount > LARGEST_AMOUNT)) {
    throw new QrisError(`${amount} rupiah cannot be asked for by QRIS.`);
  }
  if (bill !== undefined && !/^[ -~]{1,25}$/.test(bill)) {
    throw new QrisError('What is paid for must be 1 to 25 letters, digits or signs.');
  }
  const payload = writeDataObjects([
    { id: ID.version, value: VERSION },
    { id: ID.initiation, value: amount === undefined ? INITIATION.static : INITIATION.dynamic },
    {
      id: ID.acquirer,
      value: writeDataObjects([
        { id: ACCOUNT.domain, value: merchant.acquirer },
        { id: ACCOUNT.pan, value: merchant.pan },
        { id: ACCOUNT.id, value: merchant.id },
        { id: ACCOUNT.criteria, value: merchant.criteria },
      ]),
    },
    {
      id: ID.national,
      value: writeDataObjects([
        { id: ACCOUNT.domain, value: NATIONAL_DOMAIN },
        { id: ACCOUNT.id, value: merchant.nmid },
        { id: ACCOUNT.criteria, value: merchant.criteria },
      ]),
    },
    { id: ID.category, value: merchant.category },
    { id: ID.currency, value: RUPIAH },
    ...(amount === undefined ? [] : [{ id: ID.amount, value: String(amount) }]),
    { id: ID.country, value: COUNTRY },
    { id: ID.name, value: merchant.name },
    { id: ID.city, value: merchant.city },
    { id: ID.postalCode, value: merchant.postal_code },
    {
      id: ID.additional,
      value: writeDataObjects([
        ...(bill === undefined ? [] : [{ id: ADDITIONAL.bill, value: bill }]),
        { id: ADDITIONAL.terminal, value: merchant.terminal },
      ]),
    },
  ]);
  return `${payload}${CHECKSUM_HEAD}${crc16(`${payload}${CHECKSUM_HEAD}`)}`;
}

/**
 * The parts of any payload of the standard, of whatever country, whose checksum is right.
 *
 * @throws {QrisError} for a wrong checksum, or text that is not made of data objects
 */
export function checkedDataObjects(payload: string): DataObject[] {
  const end = payload.length - CHECKSUM_CHARACTERS;
  const checked = payload.slice(0, end);
  if (!checked.endsWith(CHECKSUM_HEAD) || crc16(checked) !== payload.slice(end)) {
    throw new QrisError('The checksum is wrong.');
  }
  try {
    const objects = readDataObjects(payload);
    if (objects.at(0)?.id !== ID.version || objects.at(-1)?.id !== ID.checksum) {
      throw new QrisError('The payload must begin with its version and end with its checksum.');
    }
    return objects;
  } catch (error) {
    throw error instanceof DataObjectError ? new QrisError(error.message, { cause: error }) : error;
  }
}

/**
 * What a payload of {@link qrisPayload} says.
 *
 * @throws {QrisError} for text that is none
 */
export function readQris(payload: string): Qris {
  const parts = byId(checkedDataObjects(payload));
  const acquirer = partsOf(parts, ID.acquirer);
  const national = partsOf(parts, ID.national);
  const additional = partsOf(parts, ID.additional);
  const merchant = qrisMerchantSchema.safeParse({
    acquirer: acquirer.get(ACCOUNT.domain),
    pan: acquirer.get(ACCOUNT.pan),
    id: acquirer.get(ACCOUNT.id),
    criteria: acquirer.get(ACCOUNT.criteria),
    nmid: national.get(ACCOUNT.id),
    category: parts.get(ID.category),
    name: parts.get(ID.name),
    city: parts.get(ID.city),
    postal_code: parts.get(ID.postalCode),
    terminal: additional.get(ADDITIONAL.terminal),
  });
  if (!merchant.success || parts.get(ID.currency) !== RUPIAH || parts.get(ID.country) !== COUNTRY) {
    throw new QrisError('The payload is not one of a merchant in Indonesia.', { cause: merchant.error });
  }
  const amount = parts.get(ID.amount);
  const bill = additional.get(ADDITIONAL.bill);
  if (amount !== undefined && !/^\d{1,13}$/.test(amount)) {
    throw new QrisError('The amount is not in whole rupiah.');
  }
  return {
    merchant: merchant.data,
    payment: {
      ...(amount !== undefined && { amount: BigInt(amount) }),
      ...(bill !== undefined && { bill }),
    },
  };
}

function byId(objects: readonly DataObject[]): ReadonlyMap<string, string> {
  return new Map(objects.map(({ id, value }) => [id, value]));
}

function partsOf(parts: ReadonlyMap<string, string>, id: string): ReadonlyMap<string, string> {
  try {
    return byId(readDataObjects(parts.get(id) ?? ''));
  } catch (error) {
    throw error instanceof DataObjectError ? new QrisError(error.message, { cause: error }) : error;
  }
}
