import { ruleText } from '@riwayat/alerting';
import { labelOf } from '../report/figure-labels.ts';
import type { Language } from '../report/language.ts';
import { reportNumbers } from '../report/texts.ts';
import type { TrialFiring } from '../trials/replicate-trials.ts';
import { documentedFigure, type TriedRule } from '../trials/trials-report.ts';
import { type Column, textTable } from './text-table.ts';

/** Firings of the first month that are listed, of each rule. */
const MOST_LISTED = 20;
const SECONDS_PER_MINUTE = 60;
const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 1_440;

interface Texts {
  readonly title: (scenario: string, months: number, seed: number) => string;
  readonly columns: readonly [string, string, string, string, string, string, string];
  readonly first: (replication: number) => string;
  readonly none: string;
  readonly more: (count: number) => string;
  readonly firing: (day: number, time: string, minutes: string, worst: string | null) => string;
  readonly lasting: string;
  /** What is read of the month where no signal of the catalogue says it. */
  readonly reads: Readonly<Record<NonNullable<TriedRule['kind']>, string>>;
}

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    title: (scenario, months, seed) =>
      `${scenario}: rules of alerts tried on ${months} simulated ${months === 1 ? 'month' : 'months'}, seed ${seed}. Means are a month.`,
    columns: ['rule', 'documented', 'fired', '95 %', 'fewest–most', 'minutes firing', 'notifications'],
    first: () => 'Firings of the first month:',
    none: 'none',
    more: (count) => `and ${count} more`,
    firing: (day, time, minutes, worst) =>
      `day ${day} at ${time}, ${minutes} min${worst === null ? '' : `, worst ${worst}`}`,
    lasting: ', to the end',
    reads: {
      memory: 'memory of the machine above 85 %, five-minute means',
      cpu: 'all cores above 80 % in a minute, until 60 %',
      connections: 'connections above the mean of the hour before',
      'response-time':
        'more than 10 % of at least 30 answers in a quarter of an hour slower than a second, until 5 %',
      disk: 'less than 20 % of the disk free, until 30 %',
      security: 'more than 2 calls refused by the rate limit in ten minutes, until none',
    },
  },
  id: {
    title: (scenario, months, seed) =>
      `${scenario}: aturan peringatan dicoba pada ${months} bulan simulasi, seed ${seed}. Rata-rata per bulan.`,
    columns: ['aturan', 'dokumen', 'menyala', '95 %', 'tersedikit–terbanyak', 'menit menyala', 'notifikasi'],
    first: () => 'Menyala pada bulan pertama:',
    none: 'tidak pernah',
    more: (count) => `dan ${count} lagi`,
    firing: (day, time, minutes, worst) =>
      `hari ${day} pukul ${time}, ${minutes} menit${worst === null ? '' : `, terburuk ${worst}`}`,
    lasting: ', hingga akhir',
    reads: {
      memory: 'memori mesin di atas 85 %, rata-rata lima menit',
      cpu: 'semua inti di atas 80 % dalam semenit, hingga 60 %',
      connections: 'koneksi di atas rata-rata sejam sebelumnya',
      'response-time':
        'lebih dari 10 % dari sedikitnya 30 jawaban dalam seperempat jam lebih lambat dari sedetik, hingga 5 %',
      disk: 'disk kosong di bawah 20 %, hingga 30 %',
      security: 'lebih dari 2 panggilan ditolak pembatas laju dalam sepuluh menit, hingga tidak ada',
    },
  },
};

/** What the command prints for people. Ends with a line feed. */
export function trialsTable(
  about: { readonly scenario: string; readonly seed: number; readonly replications: number },
  rules: readonly TriedRule[],
  language: Language,
): string {
  const texts = TEXTS[language];
  const number = reportNumbers(language);
  const columns: Column[] = texts.columns.map((title, place) => ({
    title,
    align: place === 0 ? 'left' : 'right',
  }));
  const rows = rules.map((rule) => [
    nameOf(rule, language),
    rule.documented === null ? '' : number.format(rule.documented),
    number.format(rule.mean),
    rule.ci95 === null ? '' : `± ${number.format((rule.ci95[1] - rule.ci95[0]) / 2)}`,
    `${Math.min(...rule.fired)}–${Math.max(...rule.fired)}`,
    number.format(rule.firing / SECONDS_PER_MINUTE),
    number.format(rule.notifications),
  ]);
  const lists = rules.flatMap((rule) => [
    `  ${nameOf(rule, language)}: ${rule.kind === null ? ruleText(rule.rule, language) : texts.reads[rule.kind]}`,
    ...firingLines(rule.firings, language),
  ]);
  return [
    texts.title(about.scenario, about.replications, about.seed),
    '',
    textTable(columns, rows),
    texts.first(0),
    ...lists,
    '',
  ].join('\n');
}

function nameOf({ kind, name }: TriedRule, language: Language): string {
  return kind === null ? name : labelOf(documentedFigure(kind), language);
}

function firingLines(firings: readonly TrialFiring[], language: Language): string[] {
  const texts = TEXTS[language];
  const number = reportNumbers(language);
  const lines = firings.slice(0, MOST_LISTED).map(({ fired, seconds, resolved, worst }) => {
    const minute = Math.floor(fired / SECONDS_PER_MINUTE);
    const clock = [Math.floor((minute % MINUTES_PER_DAY) / MINUTES_PER_HOUR), minute % MINUTES_PER_HOUR]
      .map((part) => String(part).padStart(2, '0'))
      .join(':');
    const text = texts.firing(
      Math.floor(minute / MINUTES_PER_DAY) + 1,
      clock,
      number.format(seconds / SECONDS_PER_MINUTE),
      worst === null ? null : number.format(worst),
    );
    return `    ${text}${resolved === null ? texts.lasting : ''}`;
  });
  const rest = firings.length - lines.length;
  return [
    ...(lines.length === 0 ? [`    ${texts.none}`] : lines),
    ...(rest > 0 ? [`    ${texts.more(rest)}`] : []),
  ];
}
