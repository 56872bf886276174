import { z } from 'zod';
import { CODE_DIGITS } from './totp.ts';

/** More than a recovery code with whatever people put between its parts. */
const LONGEST_CODE = 40;

/** A code as it is sent: whether it is good is found out by taking it. */
export const codeSchema = z
  .string()
  .min(CODE_DIGITS)
  .max(LONGEST_CODE)
  .regex(/^[\w\s-]*$/, 'must have letters, digits, spaces and "-" alone')
  .meta({ examples: ['492039'] });
