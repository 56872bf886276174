/*
 * Events that tell a meter, for bills. One without a value that counts is refused when it comes, where its sender sees it:
 * later it would only be missing.
 */
import { FieldFault } from './field.ts';
import { isJsonObject } from './json.ts';

/** What the types of such events begin with; the name of the meter follows. */
export const METER_TYPE_PREFIX = 'id.riwayat.meter.';

const DECIMAL_TEXT = /^[0-9]{1,18}(?:\.[0-9]{1,12})?$/;

/**
 * The data of an event, checked and as JSON writes it when its type says that it tells a meter.
 *
 * @param data JSON text; empty when there is none
 * @throws {FieldFault} when there is no value in it that can be counted
 */
export function checkedReading(type: string, data: string): string {
  if (!type.startsWith(METER_TYPE_PREFIX)) {
    return data;
  }
  const read: unknown = data === '' ? undefined : JSON.parse(data);
  const value = isJsonObject(read) ? read['value'] : undefined;
  const counts =
    typeof value === 'string' ? DECIMAL_TEXT.test(value) : Number.isSafeInteger(value) && Number(value) >= 0;
  if (!counts) {
    throw new FieldFault(
      'data',
      'must be {"value": …} for this type: decimal text ("12.5") of at most 18 digits and 12 decimals, or a whole number, not below 0',
    );
  }
  return JSON.stringify(read);
}
