import { SEVERITIES, SEVERITY_NAMES } from '@riwayat/alerting';
import { z } from 'zod';
import { instant, type LetterItem, template } from '../../notifications/letter.ts';
import { localTime, type Place } from '../../notifications/place.ts';
import type { Locale } from '../../tenants/tenant.ts';
import { TOPICS, type Topic } from './topics.ts';

/** One language each: what is said of an alert is made when it happens. */
const texts = z.object({ en: z.string(), id: z.string() });

const alertLine = z.object({
  alert: z.string(),
  kind: z.enum(['fired', 'repeated', 'escalated', 'resolved', 'passed']),
  severity: z.enum(SEVERITIES),
  name: texts,
  says: texts.describe('What was read'),
  watches: texts.describe('What the rule watches for'),
  topic: z.enum(TOPICS),
  subject: z.string().describe('Of what there are several; empty: the tenant as a whole'),
  since: instant,
  firedAt: instant,
  resolvedAt: instant.nullable(),
  link: z.url().nullable().describe('Null: the reader has no window on it'),
});

/** What a mail says of one alert. */
export type AlertLine = z.infer<typeof alertLine>;

/** What a mail about alerts is made of. */
export const alertsMail = z.object({
  tenant: z.string().describe('Whose alerts they are'),
  lines: z.array(alertLine).min(1),
  link: z.url(),
  preferences: z.url(),
});

const STATUS: Readonly<Record<Locale, Readonly<Record<AlertLine['kind'], string>>>> = {
  en: {
    fired: '',
    repeated: 'still',
    escalated: 'nobody has acknowledged it',
    resolved: 'resolved',
    passed: 'over again',
  },
  id: {
    fired: '',
    repeated: 'masih berlangsung',
    escalated: 'belum ada yang mengonfirmasi',
    resolved: 'selesai',
    passed: 'sudah berlalu',
  },
};

const NEXT: Readonly<Record<Locale, Readonly<Record<Topic, string>>>> = {
  en: {
    limits: 'See what uses it up, or ask for a larger plan before the limit is reached.',
    costs: 'See what the cost is made of, and whether the budget still fits.',
    performance: 'See which endpoints are slow or fail, and what changed at that time.',
    resources: 'Look at the instance: what it is busy with, and whether it needs more.',
    security: 'See in the audit log who it was, and lock what must be locked.',
  },
  id: {
    limits: 'Lihat apa yang memakainya, atau ajukan paket yang lebih besar sebelum batas tercapai.',
    costs: 'Lihat rincian biayanya, dan apakah anggaran masih sesuai.',
    performance: 'Lihat endpoint mana yang lambat atau gagal, dan apa yang berubah saat itu.',
    resources: 'Periksa instansnya: apa yang dikerjakannya, dan apakah perlu ditambah.',
    security: 'Lihat di log audit siapa pelakunya, dan kunci yang perlu dikunci.',
  },
};

/** Whether an alert is over by this line. */
function isOver({ kind }: AlertLine): boolean {
  return kind === 'resolved' || kind === 'passed';
}

/** What a message about alerts is called: of one its name, of several how many. */
export function titleOf(
  { tenant, lines }: { readonly tenant: string; readonly lines: readonly AlertLine[] },
  locale: Locale,
): string {
  const [first] = lines;
  if (first !== undefined && lines.length === 1) {
    return `${headOf(first, locale)} – ${tenant}`;
  }
  const over = lines.every(isOver);
  return locale === 'en'
    ? `${lines.length} alerts${over ? ' are over' : ''} at ${tenant}`
    : `${lines.length} peringatan${over ? ' selesai' : ''} di ${tenant}`;
}

/** What happened, a line for each alert. */
export function linesText(lines: readonly AlertLine[], locale: Locale): string {
  const [first] = lines;
  return first !== undefined && lines.length === 1
    ? first.says[locale]
    : lines.map((line) => `${headOf(line, locale)}: ${line.says[locale]}`).join('\n');
}

function headOf({ kind, severity, name, subject }: AlertLine, locale: Locale): string {
  const status = STATUS[locale][kind];
  const what = `${name[locale]}${subject === '' ? '' : ` (${subject})`}`;
  const over = kind === 'resolved' || kind === 'passed';
  const badness = over ? capital(status) : SEVERITY_NAMES[severity][locale];
  return `${capital(badness)}: ${what}${over || status === '' ? '' : ` – ${status}`}`;
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

const WORDS = {
  en: {
    watches: (text: string) => `The rule: ${text}.`,
    since: (time: string) => `Since ${time}.`,
    over: (from: string, to: string) => `From ${from} to ${to}.`,
    open: 'Open the alert',
  },
  id: {
    watches: (text: string) => `Aturannya: ${text}.`,
    since: (time: string) => `Sejak ${time}.`,
    over: (from: string, to: string) => `Dari ${from} sampai ${to}.`,
    open: 'Buka peringatan',
  },
} as const;

function itemOf(line: AlertLine, place: Place): LetterItem {
  const { locale } = place;
  const words = WORDS[locale];
  const since = localTime(line.since, place);
  return {
    title: headOf(line, locale),
    tone: isOver(line) ? 'good' : line.severity === 'info' || line.severity === 'warning' ? 'warning' : 'bad',
    lines: [
      `${line.says[locale]}.`,
      line.resolvedAt === null ? words.since(since) : words.over(since, localTime(line.resolvedAt, place)),
      words.watches(line.watches[locale]),
      ...(isOver(line) ? [] : [NEXT[locale][line.topic]]),
    ],
    ...(line.link !== null && { action: { label: words.open, link: line.link } }),
  };
}

/** Mails about alerts. */
export const ALERT_MAILS = {
  alerts: template(alertsMail, {
    en: ({ preferences, ...values }, sender) => ({
      subject: titleOf(values, 'en'),
      paragraphs: [],
      items: values.lines.map((line) => itemOf(line, sender)),
      closing: values.lines.every(isOver)
        ? []
        : ['Acknowledge what you take care of, so that nobody else is called.'],
      ...(values.lines.length > 1 && { action: { label: 'All alerts', link: values.link } }),
      preferences: { label: 'Choose by what you are told', link: preferences },
    }),
    id: ({ preferences, ...values }, sender) => ({
      subject: titleOf(values, 'id'),
      paragraphs: [],
      items: values.lines.map((line) => itemOf(line, sender)),
      closing: values.lines.every(isOver)
        ? []
        : ['Konfirmasi yang Anda tangani, agar tidak ada orang lain yang dihubungi.'],
      ...(values.lines.length > 1 && { action: { label: 'Semua peringatan', link: values.link } }),
      preferences: { label: 'Atur cara Anda diberi tahu', link: preferences },
    }),
  }),
} as const;
