import { chartTexts } from '../report/chart-texts.ts';
import type { Language } from '../report/language.ts';
import { MEMORY } from '../run/month-run.ts';
import type { Section, Verdict } from './month-report.ts';
import type { LatencySummary, MemorySummary, MonthSummary } from './month-summary.ts';

interface Texts {
  readonly locale: string;
  readonly title: (month: Pick<MonthSummary, 'scenario' | 'start' | 'seed' | 'replication'>) => string;
  readonly columns: readonly [string, string, string, string];
  readonly sections: Readonly<Record<Section, string>>;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly hours: string;
  readonly memory: (memory: MemorySummary, number: Intl.NumberFormat) => string;
  readonly latency: (latency: LatencySummary, number: Intl.NumberFormat) => string;
  readonly total: (requests: string, days: number) => string;
  readonly notes: string;
  readonly faithful: string;
  readonly unfaithful: string;
}

const EN: Texts = {
  locale: 'en-US',
  title: ({ scenario, start, seed, replication }) =>
    `${scenario}, starting ${start}, simulated with seed ${seed}, replication ${replication}`,
  columns: ['', 'documented', 'simulated', 'verdict'],
  sections: {
    totals: 'Requests',
    'week-2': 'Week 2, requests a day',
    roles: 'Week 3, requests by role',
    mentors: 'Mentors, requests a month each',
    hours: 'Weekdays of days 22-30, requests an hour',
    setup: 'Days 1-2, parts',
    normal: 'Days 3-7, parts a day',
    quality: 'Events and quality',
    latency: 'Mean time to answer',
  },
  verdicts: { exact: 'exact', differs: 'DIFFERS', near: 'near', far: 'far', contradicted: 'contradicted' },
  hours: 'Mean requests in each hour, weekdays of days 22-30',
  memory: ({ peak, peakAt, machine, mean, low, atPeak }, number) =>
    `Memory: peak ${number.format(peak)} GB of the machine’s ${number.format(machine)} GB on day ${peakAt.day} at ${peakAt.time} (${parts(atPeak, 'en', number)}), mean ${number.format(mean)} GB, low ${number.format(low)} GB`,
  latency: ({ mean, p50, p95, p99 }, number) =>
    `Time to answer: mean ${number.format(mean)} ms, median ${number.format(p50)} ms, 95 % within ${number.format(p95)} ms, 99 % within ${number.format(p99)} ms`,
  total: (requests, days) => `${requests} requests in ${days} days.`,
  notes: 'Contradicted: the document disagrees with itself',
  faithful: 'Every exact figure is met.',
  unfaithful: 'Some exact figures are not met.',
};

const ID: Texts = {
  locale: 'id-ID',
  title: ({ scenario, start, seed, replication }) =>
    `${scenario}, mulai ${start}, disimulasikan dengan seed ${seed}, replikasi ${replication}`,
  columns: ['', 'dokumen', 'simulasi', 'penilaian'],
  sections: {
    totals: 'Permintaan',
    'week-2': 'Minggu 2, permintaan per hari',
    roles: 'Minggu 3, permintaan per peran',
    mentors: 'Mentor, permintaan per bulan per orang',
    hours: 'Hari kerja hari 22-30, permintaan per jam',
    setup: 'Hari 1-2, bagian',
    normal: 'Hari 3-7, bagian per hari',
    quality: 'Peristiwa dan mutu',
    latency: 'Rata-rata waktu jawab',
  },
  verdicts: { exact: 'tepat', differs: 'BERBEDA', near: 'dekat', far: 'jauh', contradicted: 'bertentangan' },
  hours: 'Rata-rata permintaan tiap jam, hari kerja hari 22-30',
  memory: ({ peak, peakAt, machine, mean, low, atPeak }, number) =>
    `Memori: puncak ${number.format(peak)} GB dari ${number.format(machine)} GB milik server pada hari ${peakAt.day} pukul ${peakAt.time} (${parts(atPeak, 'id', number)}), rata-rata ${number.format(mean)} GB, terendah ${number.format(low)} GB`,
  latency: ({ mean, p50, p95, p99 }, number) =>
    `Waktu jawab: rata-rata ${number.format(mean)} ms, median ${number.format(p50)} ms, 95 % di bawah ${number.format(p95)} ms, 99 % di bawah ${number.format(p99)} ms`,
  total: (requests, days) => `${requests} permintaan dalam ${days} hari.`,
  notes: 'Bertentangan: dokumen tidak sejalan dengan dirinya sendiri',
  faithful: 'Semua angka yang harus tepat terpenuhi.',
  unfaithful: 'Ada angka yang harus tepat tetapi tidak terpenuhi.',
};

function parts(atPeak: MemorySummary['atPeak'], language: Language, number: Intl.NumberFormat): string {
  const names = chartTexts(language).memoryParts;
  return MEMORY.map((part) => `${names[part]} ${number.format(atPeak[part])}`).join(', ');
}

export function textsIn(language: Language): Texts {
  return language === 'id' ? ID : EN;
}
