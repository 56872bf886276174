import type { ApiError } from '../api/api-error.ts';
import type { MessageKey, Translate } from '../i18n/translate.ts';

type ProblemKey = MessageKey & `field.problem.${string}`;

/** What to say of a field, by the rule it broke. The rules are the server's. */
const MESSAGES = {
  name: {
    required: 'field.problem.name',
    too_small: 'field.problem.name',
    too_big: 'field.problem.nameTooLong',
    invalid_format: 'field.problem.nameCharacters',
  },
  email: {
    invalid_format: 'field.problem.email',
    too_big: 'field.problem.emailTooLong',
  },
  password: {
    required: 'field.problem.password',
    too_small: 'field.problem.password',
    too_big: 'field.problem.passwordTooLong',
    password_too_short: 'field.problem.passwordTooShort',
    password_is_email: 'field.problem.passwordIsEmail',
    password_common: 'field.problem.passwordCommon',
  },
} as const satisfies Record<string, Readonly<Record<string, ProblemKey>>>;

type FieldName = keyof typeof MESSAGES;
const FIELD_NAMES = ['name', 'email', 'password'] as const satisfies readonly FieldName[];

/** What is wrong with a form's fields, in the order of the form. */
type FieldMessages = ReadonlyMap<FieldName, string>;

/** The fields that the server found wrong, each with the first rule it broke. */
export function fieldMessages(error: ApiError | undefined, t: Translate): FieldMessages {
  const found = new Map<FieldName, string>();
  for (const name of FIELD_NAMES) {
    const broken = error?.fields.find(({ path }) => path === `body.${name}`);
    if (broken !== undefined) {
      const messages: Readonly<Record<string, ProblemKey>> = MESSAGES[name];
      found.set(name, t(messages[broken.rule ?? ''] ?? 'field.problem.other'));
    }
  }
  return found;
}
