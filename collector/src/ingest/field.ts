/*
 * The rules for one field of an event from outside.
 *
 * What always holds: what a rule lets through can be stored as it is; what it does not is refused with a reason that
 * names the field and says what to send, and never repeats the value, which may be personal.
 */

/** A field that broke a rule; the message is the reason that the sender reads. */
export class FieldFault extends Error {
  override readonly name = 'FieldFault';

  constructor(field: string, wanted: string) {
    super(`${field} ${wanted}`);
  }
}

const PRINTABLE_ASCII = /^[ -~]*$/;
/** What CloudEvents forbids in strings, and what no UTF-8 can carry: control characters, surrogates, noncharacters. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/**
 * A string, or an empty one when the field is absent or null.
 *
 * @param maximum UTF-16 units
 */
export function optionalText(value: unknown, field: string, maximum: number): string {
  return value === undefined || value === null ? '' : text(value, field, maximum);
}

/** A string that is there and not empty. */
export function requiredText(value: unknown, field: string, maximum: number): string {
  if (value === undefined || value === null || value === '') {
    throw new FieldFault(field, 'is missing: send a string that is not empty');
  }
  return text(value, field, maximum);
}

function text(value: unknown, field: string, maximum: number): string {
  if (typeof value !== 'string') {
    throw new FieldFault(field, 'must be a string');
  }
  if (value.length > maximum) {
    throw new FieldFault(field, `must be at most ${maximum} characters long`);
  }
  if (!PRINTABLE_ASCII.test(value) && FORBIDDEN.test(value)) {
    throw new FieldFault(field, 'must not contain control characters, lone surrogates or noncharacters');
  }
  return value;
}

/** A whole number, or 0 when the field is absent or null. */
export function optionalCount(value: unknown, field: string, maximum: number): number {
  if (value === undefined || value === null) {
    return 0;
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maximum) {
    throw new FieldFault(field, `must be a whole number from 0 to ${maximum}`);
  }
  return value;
}

/** One of some words, or the first of them when the field is absent or null. */
export function optionalWord<Word extends string>(
  value: unknown,
  field: string,
  words: readonly [Word, ...Word[]],
): Word {
  if (value === undefined || value === null) {
    return words[0];
  }
  const found = words.find((word) => word === value);
  if (found === undefined) {
    throw new FieldFault(field, `must be one of ${words.join(', ')}`);
  }
  return found;
}
