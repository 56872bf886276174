/*
 * Writes a line digit by digit into one buffer that is used again for each.
 *
 * What always holds: a line that comes out is exactly what joining strings would have given. Joined, a line is made of
 * four dozen strings that live until it is copied; under load their garbage costs more than the encoding does.
 */
/** The most that a line takes; one that would take more is no plain one. */
export const LINE_CAPACITY = 8 * 1024;
/** Room that is kept for what is not text: two dozen numbers and their commas. */
const NUMBERS = 24 * 20;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const NEW_LINE = 0x0a;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const LAST_PRINTABLE = 0x7e;
const ZERO = 0x30;
const TEN = 10;
const BILLION_DIGITS = 9;
const BILLION = 10 ** BILLION_DIGITS;

/** `"",` */
const EMPTY_BYTES = 3;

/** By character code: 1 where JSON takes the character as it is, and one byte holds it. */
const PLAIN = Uint8Array.from({ length: LAST_PRINTABLE + 1 }, (_, unit) =>
  unit >= SPACE && unit !== QUOTE && unit !== BACKSLASH ? 1 : 0,
);

/** Memory to write a line into: at least {@link LINE_CAPACITY} bytes of it. */
export interface Place {
  readonly buffer: Buffer;
  /** Where the line begins. */
  readonly at: number;
}

/** A line as it is handed on: what a {@link PlainLine} holds is good until the next is begun in it. */
export type Line = string | PlainLine;

/** A line of numbers and of texts in which JSON escapes nothing. */
export class PlainLine {
  readonly #own: Place = { buffer: Buffer.alloc(LINE_CAPACITY), at: 0 };
  #bytes = this.#own.buffer;
  #start = 0;
  #at = 0;
  #plain = true;

  /** @param place where it is written, so that it need not be copied there; a buffer of its own unless given */
  begin(place: Place = this.#own): void {
    this.#bytes = place.buffer;
    this.#start = place.at;
    this.#at = place.at;
    this.#bytes[this.#at++] = OPEN;
    this.#plain = true;
  }

  /** A text, in quotes. Anything but printable ASCII, or too much of it, makes the line no plain one. */
  text(value: string): void {
    const bytes = this.#bytes;
    const { length } = value;
    let at = this.#at;
    if (length === 0) {
      bytes[at] = QUOTE;
      bytes[at + 1] = QUOTE;
      bytes[at + 2] = COMMA;
      this.#at = at + EMPTY_BYTES;
      return;
    }
    if (at - this.#start + length > LINE_CAPACITY - NUMBERS) {
      this.#plain = false;
      return;
    }
    bytes[at++] = QUOTE;
    for (let i = 0; i < length; i += 1) {
      const unit = value.charCodeAt(i);
      if (PLAIN[unit] !== 1) {
        this.#plain = false;
        return;
      }
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    bytes[at++] = COMMA;
    this.#at = at;
  }

  /** A whole number from 0 to 2^53 - 1. */
  whole(value: number): void {
    if (value < TEN) {
      this.#bytes[this.#at++] = ZERO + value;
    } else if (value < BILLION) {
      this.#small(value);
    } else {
      const billions = Math.floor(value / BILLION);
      this.#small(billions);
      this.#digits(value - billions * BILLION, BILLION_DIGITS);
    }
    this.#bytes[this.#at++] = COMMA;
  }

  /** `billions` × 10^9 + `rest`: whole numbers, the second below 10^9, the first up to 2^53 - 1. */
  billions(billions: number, rest: number): void {
    if (billions === 0) {
      this.#small(rest);
    } else {
      this.whole(billions);
      this.#at -= 1;
      this.#digits(rest, BILLION_DIGITS);
    }
    this.#bytes[this.#at++] = COMMA;
  }

  /** @returns whether it came out a plain one, its end included; if not, it is no line at all */
  end(): boolean {
    if (this.#plain) {
      this.#bytes[this.#at - 1] = CLOSE;
      this.#bytes[this.#at++] = NEW_LINE;
    }
    return this.#plain;
  }

  /** Bytes, and letters: they are the same. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** Copies it, unless it was written there. */
  putInto(target: Buffer, offset: number): void {
    if (this.#bytes !== target || this.#start !== offset) {
      this.#bytes.copy(target, offset, this.#start, this.#at);
    }
  }

  toString(): string {
    return this.#bytes.toString('latin1', this.#start, this.#at);
  }

  #small(value: number): void {
    let count = 1;
    for (let power = 10; power <= value; power *= 10) {
      count += 1;
    }
    this.#digits(value, count);
  }

  /** @param value below a billion, so that whole-number arithmetic does */
  #digits(value: number, count: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#at + count - 1; at >= this.#at; at -= 1) {
      const tenth = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.#at += count;
  }
}
