import fc from 'fast-check';
import jsQR from 'jsqr';
import { describe, expect, it } from 'vitest';
import { pngPixels } from '../../testing/png-pixels.ts';
import { crc16 } from './crc16.ts';
import { DataObjectError, readDataObjects, writeDataObjects } from './data-object.ts';
import { type QrisMerchant, qrisMerchantSchema } from './merchant.ts';
import { checkedDataObjects, QrisError, qrisPayload, readQris } from './payload.ts';
import { qrPicture } from './picture.ts';

const CASES = 10_000;

/** The specification's own example (EMV QRCPS Merchant-Presented Mode, annex A). */
const OF_THE_SPECIFICATION =
  '00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT' +
  '6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016' +
  'A0112233449988770708123456786304A13A';

/** A dynamic code of an Indonesian payment gateway's documentation, for 4000 rupiah. */
const OF_A_GATEWAY =
  '00020101021226660014ID.LINKAJA.WWW011893600911002411480002152004230411480010303UME51450015ID.OR.GPNQR.WWW' +
  '02150000000000000000303UME520454995802ID5920Placeholder merchant6007Jakarta610612345662380115wLoc6DRGwAOgSkZ' +
  '0715wLoc6DRGwAOgSkZ53033605404400063047668';

const MERCHANT: QrisMerchant = qrisMerchantSchema.parse({
  acquirer: 'COM.BANKCONTOH.WWW',
  pan: '936000140000000018',
  id: '000000000000018',
  criteria: 'UKE',
  nmid: 'ID1020000000018',
  category: '7372',
  name: 'RIWAYAT CONTOH',
  city: 'JAKARTA SELATAN',
  postal_code: '12190',
});

function printable(longest: number): fc.Arbitrary<string> {
  return fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: longest });
}

function digits(count: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: count, maxLength: count });
}

const merchants: fc.Arbitrary<QrisMerchant> = fc.record({
  acquirer: printable(32),
  pan: fc.integer({ min: 12, max: 15 }).chain((count) => digits(count).map((rest) => `9360${rest}`)),
  id: printable(15),
  criteria: fc.constantFrom('UMI', 'UKE', 'UME', 'UBE', 'URE'),
  nmid: digits(13).map((rest) => `ID${rest}`),
  category: digits(4),
  name: printable(25),
  city: printable(15),
  postal_code: digits(5),
  terminal: printable(25),
});

const payments = fc.record(
  { amount: fc.bigInt({ min: 1n, max: 9_999_999_999_999n }), bill: printable(25) },
  { requiredKeys: [] },
);

describe('the checksum', () => {
  it('is the catalogued one: CRC-16/CCITT-FALSE of "123456789" is 29B1', () => {
    expect(crc16('123456789')).toBe('29B1');
    expect(crc16('')).toBe('FFFF');
  });

  it.each([
    ['the specification, with Chinese letters', OF_THE_SPECIFICATION],
    ['an Indonesian gateway', OF_A_GATEWAY],
  ])('is right for the published code of %s', (_name, payload) => {
    expect(checkedDataObjects(payload).at(-1)).toEqual({ id: '63', value: payload.slice(-4) });
  });

  it('fails when any one character is another', () => {
    const letters = printable(1);
    fc.assert(
      fc.property(merchants, payments, fc.nat(), letters, (merchant, payment, place, letter) => {
        const payload = qrisPayload(merchant, payment);
        const at = place % payload.length;
        fc.pre(payload[at] !== letter);
        const changed = `${payload.slice(0, at)}${letter}${payload.slice(at + 1)}`;
        expect(() => checkedDataObjects(changed)).toThrow(QrisError);
      }),
      { numRuns: CASES },
    );
  });
});

describe('data objects', () => {
  it('are read as the specification prints its example', () => {
    const parts = new Map(checkedDataObjects(OF_THE_SPECIFICATION).map(({ id, value }) => [id, value]));
    expect(parts.get('59')).toBe('BEST TRANSPORT');
    expect(parts.get('54')).toBe('23.72');
    expect(readDataObjects(parts.get('64') ?? '')).toEqual([
      { id: '00', value: 'ZH' },
      { id: '01', value: '最佳运输' },
      { id: '02', value: '北京' },
    ]);
  });

  it.each(['0', '0002', '000301', '0000', 'xx0201', '00020100020 1'])('are not in "%s"', (text) => {
    expect(() => readDataObjects(text)).toThrow(DataObjectError);
  });

  it('are not written when they could not be read: no text, too much of it, no number', () => {
    for (const object of [
      { id: '59', value: '' },
      { id: '59', value: 'x'.repeat(100) },
      { id: '5', value: 'x' },
    ]) {
      expect(() => writeDataObjects([object])).toThrow(DataObjectError);
    }
  });
});

describe('a payload', () => {
  it('is written part by part as the rules say', () => {
    expect(qrisPayload(MERCHANT, { amount: 820_100n, bill: 'INV-2026-000123' })).toBe(
      '000201' +
        '010212' +
        '26700018COM.BANKCONTOH.WWW01189360001400000000180215000000000000018' +
        '0303UKE' +
        '51440014ID.CO.QRIS.WWW0215ID10200000000180303UKE' +
        '52047372' +
        '5303360' +
        '5406820100' +
        '5802ID' +
        '5914RIWAYAT CONTOH' +
        '6015JAKARTA SELATAN' +
        '610512190' +
        '62260115INV-2026-0001230703A01' +
        '6304D9E6',
    );
  });

  it('is static without an amount: the payer writes it in', () => {
    const payload = qrisPayload(MERCHANT);
    expect(payload.slice(0, 12)).toBe('000201010211');
    expect(readQris(payload).payment).toEqual({});
  });

  it('says, when it is read, what was written', () => {
    fc.assert(
      fc.property(merchants, payments, (merchant, payment) => {
        expect(readQris(qrisPayload(merchant, payment))).toEqual({ merchant, payment });
      }),
      { numRuns: CASES },
    );
  });

  it.each([0n, -1n, 10_000_000_000_000n])('never asks for %s rupiah', (amount) => {
    expect(() => qrisPayload(MERCHANT, { amount })).toThrow(QrisError);
  });

  it('of another country is none of ours', () => {
    expect(() => readQris(OF_THE_SPECIFICATION)).toThrow('not one of a merchant in Indonesia');
  });
});

describe('a picture', () => {
  const payload = qrisPayload(MERCHANT, { amount: 1_635_100n, bill: 'INV-2026-000124' });

  it('shows a scanner the payload', async () => {
    const { data, width, height } = pngPixels(await qrPicture(payload, 'png'));
    expect(jsQR.default(data, width, height)?.data).toBe(payload);
  });

  it('is the same bytes for the same text, and an SVG that can be printed at any size', async () => {
    expect(await qrPicture(payload, 'png')).toEqual(await qrPicture(payload, 'png'));
    expect((await qrPicture(payload, 'svg')).toString()).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/,
    );
  });
});
