import { SEVERITIES, type Severity } from '@riwayat/alerting';
import { z } from 'zod';
import type { Locale } from '../tenants/tenant.ts';

/** The template under which notices are in the outbox. */
export const NOTICE = 'notice';

const LONGEST_TITLE = 200;
const LONGEST_BODY = 1_000;
const LONGEST_LINK = 500;
const LONGEST_TAG = 100;

/** A short text that interrupts somebody, in the words of one language. */
export const noticeSchema = z.object({
  title: z.string().min(1).max(LONGEST_TITLE),
  body: z.string().max(LONGEST_BODY),
  /** Where it leads, on our own address. */
  path: z.string().startsWith('/').max(LONGEST_LINK),
  /** What is shown under the same tag replaces what was shown before. */
  tag: z.string().max(LONGEST_TAG),
  severity: z.enum(SEVERITIES),
});

export type Notice = z.infer<typeof noticeSchema>;

/** A notice in every language: who gets it reads their own. */
export interface NoticeTexts extends Pick<Notice, 'path' | 'tag' | 'severity'> {
  readonly texts: Readonly<Record<Locale, Pick<Notice, 'title' | 'body'>>>;
}

/**
 * A notice as people of one language read it, cut to what is kept.
 *
 * @throws {z.ZodError} when it leads to somewhere else
 */
export function noticeIn(locale: Locale, { texts, path, tag, severity }: NoticeTexts): Notice {
  const { title, body } = texts[locale];
  return noticeSchema.parse({
    title: cutTo(LONGEST_TITLE, title),
    body: cutTo(LONGEST_BODY, body),
    path,
    tag,
    severity,
  });
}

const HOUR_SECONDS = 60 * 60;

/** For how long a notice is worth being shown, in seconds. */
export const NOTICE_LIFETIME_SECONDS: Readonly<Record<Severity, number>> = {
  info: 12 * HOUR_SECONDS,
  warning: 12 * HOUR_SECONDS,
  critical: 6 * HOUR_SECONDS,
  emergency: 6 * HOUR_SECONDS,
};

/** A text of at most so many UTF-16 units, no character halved. */
export function cutTo(most: number, text: string): string {
  if (text.length <= most) {
    return text;
  }
  const kept = text.slice(0, most - 1);
  return `${kept.replace(/\p{Surrogate}$/u, '')}…`;
}
