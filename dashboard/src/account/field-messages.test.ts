import { expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { en } from '../i18n/en.ts';
import { translator } from '../i18n/translate.ts';
import { fieldMessages } from './field-messages.ts';

const t = translator(en, 'en');

function refused(...fields: [path: string, rule: string][]): ApiError {
  return new ApiError('invalid-request', 400, undefined, {
    fields: fields.map(([path, rule]) => ({ path, rule, message: 'in English' })),
  });
}

it('says at each field what is wrong with it, in the order of the form', () => {
  const found = fieldMessages(
    refused(['body.password', 'password_common'], ['body.email', 'invalid_format']),
    t,
  );
  expect([...found]).toEqual([
    ['email', 'Enter an e-mail address, such as name@example.com.'],
    ['password', 'It is one of the most used passwords. Choose another.'],
  ]);
});

it('says something of a rule that it does not know, and nothing of fields that a form does not have', () => {
  expect([...fieldMessages(refused(['body.name', 'new_rule'], ['body.token', 'invalid_format']), t)]).toEqual(
    [['name', 'This cannot be used. Change it and try again.']],
  );
  expect(fieldMessages(undefined, t).size).toBe(0);
});
