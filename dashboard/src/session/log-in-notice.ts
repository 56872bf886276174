import type { MessageKey } from '../i18n/translate.ts';

/** What was done just before the log-in, and what is said of it there. */
export const NOTICE_TEXTS = {
  passwordSet: 'login.notice.passwordSet',
  verified: 'login.notice.verified',
  joined: 'login.notice.joined',
  joinedKnown: 'login.notice.joinedKnown',
} as const satisfies Readonly<Record<string, MessageKey>>;

export type Notice = keyof typeof NOTICE_TEXTS;

/** The notice that the page before left in the history's state. */
export function noticeIn(state: unknown): Notice | undefined {
  return typeof state === 'object' && state !== null && 'notice' in state && isNotice(state.notice)
    ? state.notice
    : undefined;
}

function isNotice(name: unknown): name is Notice {
  return typeof name === 'string' && Object.hasOwn(NOTICE_TEXTS, name);
}
