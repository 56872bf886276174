import { expect, it } from 'vitest';
import { en } from '../i18n/en.ts';
import { translator } from '../i18n/translate.ts';
import { ApiError } from './api-error.ts';
import { errorMessage } from './error-message.ts';

const t = translator(en, 'en');

it.each([
  [new ApiError('account-locked', 423, 3_600), 'This account is locked. Try again in 60 minutes.'],
  [new ApiError('account-locked', 423, 1), 'This account is locked. Try again in 1 minute.'],
  [new ApiError('account-locked', 423, 3_601), 'This account is locked. Ask those who run the platform.'],
  [new ApiError('account-locked', 423), 'This account is locked. Ask those who run the platform.'],
  [
    new ApiError('email-not-verified', 403),
    'Open the link in the mail that was sent to you first, then log in.',
  ],
  [
    new ApiError('registration-closed', 403),
    'People join by invitation only. Ask one of the administrators for one.',
  ],
  [new ApiError('database-unavailable', 503), 'The server cannot do this at the moment. Try again shortly.'],
  [new ApiError('forbidden', 403), 'Your role does not allow this.'],
])('says of %s: %s', (error, message) => {
  expect(errorMessage(error, t)).toBe(message);
});
