import { z } from 'zod';
import { LONGEST_PASSWORD } from './passwords.ts';

/** RFC 5321: a path of at most 256 characters, angle brackets included. */
export const LONGEST_EMAIL = 254;
const LONGEST_NAME = 100;
/** For the documentation. */
export const EXAMPLE_PASSWORD = 'tujuh gajah menyanyi pelan';
const NO_CONTROLS = /^\P{Cc}*$/u;
export const NO_CONTROLS_RULE = 'must have no control characters';

/** An e-mail address that mail can be sent to. */
export const emailSchema = z.email().max(LONGEST_EMAIL);

/** What a person is called. */
export const nameSchema = z.string().trim().min(1).max(LONGEST_NAME).regex(NO_CONTROLS, NO_CONTROLS_RULE);

/** A password that is chosen; see `password-rules.ts` for what it must be like. */
export const newPasswordSchema = z
  .string()
  .min(1)
  .max(LONGEST_PASSWORD)
  .describe('At least 10 characters; not the e-mail address, and none of the most used ones');
