/** One part of a payload: two digits that say what it is, and its text. A text may be made of data objects itself. */
export interface DataObject {
  /** `00` to `99`. */
  readonly id: string;
  readonly value: string;
}

/** Text that is not made of data objects; the message says where. */
export class DataObjectError extends Error {
  override readonly name = 'DataObjectError';
}

/** The length is written in two digits. */
const LONGEST_VALUE = 99;
const ID_DIGITS = 2;
const HEAD_CHARACTERS = 4;

/**
 * Writes data objects one after another: id, length, value (EMV QRCPS Merchant-Presented Mode 1.1, section 3.2).
 *
 * @throws {DataObjectError} for an id that is not two digits, or a value of no or more than 99 characters
 */
export function writeDataObjects(objects: readonly DataObject[]): string {
  return objects
    .map(({ id, value }) => {
      const { length } = [...value];
      if (!/^\d\d$/.test(id) || length < 1 || length > LONGEST_VALUE) {
        throw new DataObjectError(`The data object "${id}" cannot have ${length} characters.`);
      }
      return `${id}${twoDigits(length)}${value}`;
    })
    .join('');
}

/**
 * Reads data objects. Lengths count characters, not bytes.
 *
 * @throws {DataObjectError} for text that is not made of them to its end, or has one of them twice
 */
export function readDataObjects(text: string): DataObject[] {
  const characters = [...text];
  const objects: DataObject[] = [];
  for (let at = 0; at < characters.length; ) {
    const head = characters.slice(at, at + HEAD_CHARACTERS).join('');
    const length = Number(head.slice(ID_DIGITS));
    const id = head.slice(0, ID_DIGITS);
    const value = characters.slice(at + HEAD_CHARACTERS, at + HEAD_CHARACTERS + length);
    if (!/^\d{4}$/.test(head) || length === 0 || value.length < length) {
      throw new DataObjectError(`There is no data object at character ${at}.`);
    }
    if (objects.some((object) => object.id === id)) {
      throw new DataObjectError(`The data object "${id}" is there twice.`);
    }
    objects.push({ id, value: value.join('') });
    at += HEAD_CHARACTERS + length;
  }
  return objects;
}

function twoDigits(count: number): string {
  return String(count).padStart(ID_DIGITS, '0');
}
