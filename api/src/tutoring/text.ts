import { z } from 'zod';

/** Text of one line that people write. */
export function line(longest: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^\P{Cc}*$/u, 'must have no control characters');
}

/** Text of some lines that people write; it may be empty. */
export function lines(longest: number) {
  return z
    .string()
    .trim()
    .max(longest)
    .regex(/^(?:\P{Cc}|[\n\r\t])*$/u, 'must have no control characters but line breaks and tabs');
}
