import type { MessageKey, Translate } from '../i18n/translate.ts';

const ROLE_NAMES: Readonly<Record<string, MessageKey & `role.${string}`>> = {
  administrator: 'role.administrator',
  manager: 'role.manager',
  board: 'role.board',
  it_staff: 'role.it_staff',
  account_officer: 'role.account_officer',
  mentor: 'role.mentor',
  member: 'role.member',
  operator: 'role.operator',
};

/** What a role is called; one that the dashboard does not know keeps the name that the server gives it. */
export function roleName(role: string, t: Translate): string {
  const key = ROLE_NAMES[role];
  return key === undefined ? role : t(key);
}
