import { type FigureId, figure } from '../figures/figures.ts';
import { labelOf } from '../report/figure-labels.ts';
import { contradictionIn } from '../report/figure-notes.ts';
import type { Language } from '../report/language.ts';
import { textsIn } from './messages.ts';
import { isFaithful, type ReportRow } from './month-report.ts';
import type { MonthSummary } from './month-summary.ts';

const HOURS_PER_LINE = 12;
const HOUR_WIDTH = 6;
const GAP = '  ';

/** Documented beside generated, aligned, for people. Ends with a line feed. */
export function monthTable(month: MonthSummary, rows: readonly ReportRow[], language: Language): string {
  const texts = textsIn(language);
  const number = new Intl.NumberFormat(texts.locale, { maximumFractionDigits: 1 });
  const noteText = (id: FigureId): string => contradictionIn(id, figure(id).note ?? '', language);
  const notes = numberedNotes(rows, noteText);
  const value = (amount: number, unit: string): string =>
    unit === '' ? number.format(amount) : `${number.format(amount)} ${unit}`;
  const cells = rows.map((row) => ({
    row,
    label: labelOf(row.label, language),
    documented: value(row.documented, row.unit),
    generated: value(row.generated, row.unit),
    verdict: verdictText(row),
  }));
  function verdictText({ verdict, tolerance, note }: ReportRow): string {
    const word = texts.verdicts[verdict];
    if (tolerance !== undefined) {
      return `${word} (± ${number.format(tolerance)})`;
    }
    return note === undefined ? word : `${word} [${notes.get(noteText(note)) ?? ''}]`;
  }

  const [, documentedTitle, generatedTitle, verdictTitle] = texts.columns;
  const labelWidth = widest([...cells.map(({ label }) => label), ...Object.values(texts.sections)]) + 2;
  const documentedWidth = widest([documentedTitle, ...cells.map(({ documented }) => documented)]);
  const generatedWidth = widest([generatedTitle, ...cells.map(({ generated }) => generated)]);
  const line = (label: string, documented: string, generated: string, verdict: string): string =>
    [
      label.padEnd(labelWidth),
      documented.padStart(documentedWidth),
      generated.padStart(generatedWidth),
      verdict,
    ]
      .join(GAP)
      .trimEnd();

  const lines = [
    texts.title(month),
    ...(rows.length === 0 ? [] : ['', line('', documentedTitle, generatedTitle, verdictTitle)]),
  ];
  let section: ReportRow['section'] | undefined;
  for (const { row, label, documented, generated, verdict } of cells) {
    if (row.section !== section) {
      section = row.section;
      lines.push(texts.sections[section]);
    }
    lines.push(line(`  ${label}`, documented, generated, verdict));
  }
  lines.push('', texts.hours, ...hourLines(month.hours, number));
  lines.push('', texts.memory(month.memory, number), texts.latency(month.latency, number));
  if (rows.length === 0) {
    lines.push('', texts.total(number.format(month.total), month.days.length));
    return `${lines.join('\n')}\n`;
  }
  lines.push('', texts.notes);
  for (const [note, index] of notes) {
    lines.push(`  [${index}] ${note}`);
  }
  lines.push('', isFaithful(rows) ? texts.faithful : texts.unfaithful);
  return `${lines.join('\n')}\n`;
}

/** Each different note once, numbered from 1. */
function numberedNotes(rows: readonly ReportRow[], text: (id: FigureId) => string): Map<string, number> {
  const notes = new Map<string, number>();
  for (const { note } of rows) {
    if (note !== undefined && !notes.has(text(note))) {
      notes.set(text(note), notes.size + 1);
    }
  }
  return notes;
}

function hourLines(hours: readonly number[], number: Intl.NumberFormat): string[] {
  const lines: string[] = [];
  for (let first = 0; first < hours.length; first += HOURS_PER_LINE) {
    const part = hours.slice(first, first + HOURS_PER_LINE);
    lines.push(
      part.map((_, index) => `${String(first + index).padStart(2, '0')}h`.padStart(HOUR_WIDTH)).join(''),
      part.map((requests) => number.format(requests).padStart(HOUR_WIDTH)).join(''),
    );
  }
  return lines;
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}
