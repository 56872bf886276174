import { SOURCE_DOCUMENT } from '../figures/figure.ts';
import type { ComparedFigure } from '../validation/compare.ts';
import type { ValidationReport } from '../validation/validation-report.ts';
import { labelOf } from './figure-labels.ts';
import type { Language } from './language.ts';
import { reportNumbers, withUnit } from './texts.ts';

type TradeOff = NonNullable<ValidationReport['tradeOffs']>[number];

interface Texts {
  readonly title: string;
  /** Where nobody asked for reasons. */
  readonly ask: string;
  readonly met: (parameter: string, to: string, from: string, reached: string, documented: string) => string;
  readonly nearest: Texts['met'];
  readonly unmoved: string;
  readonly broken: (figures: string) => string;
  readonly worsened: (figures: string) => string;
  readonly one: (label: string, after: string, documented: string) => string;
  readonly none: string;
  readonly heldOut: string;
}

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    title: 'What it would take to meet what is missed: one fitted number, moved no further than needed',
    ask: 'What it would take to meet them, and which others would be missed then: validate --explain.',
    met: (parameter, to, from, reached, documented) =>
      `${reached} (documented ${documented}) with ${parameter} at ${to} instead of ${from}.`,
    nearest: (parameter, to, from, reached, documented) =>
      `cannot be met by one number; nearest, ${reached} (documented ${documented}), with ${parameter} at ${to} instead of ${from}.`,
    unmoved: 'no fitted number changes it.',
    broken: (figures) => `Outside their tolerance then: ${figures}.`,
    worsened: (figures) => `Further off then: ${figures}.`,
    one: (label, after, documented) => `${label} ${after} (documented ${documented})`,
    none: 'No other figure is further off then.',
    heldOut: 'Held out: no number is fitted to it.',
  },
  id: {
    title: 'Yang diperlukan agar angka yang meleset terpenuhi: satu bilangan, digeser seperlunya saja',
    ask: 'Yang diperlukan agar terpenuhi, dan angka lain yang lalu meleset: validate --explain.',
    met: (parameter, to, from, reached, documented) =>
      `${reached} (dokumen ${documented}) dengan ${parameter} ${to}, bukan ${from}.`,
    nearest: (parameter, to, from, reached, documented) =>
      `tidak dapat dipenuhi oleh satu bilangan; paling dekat ${reached} (dokumen ${documented}) dengan ${parameter} ${to}, bukan ${from}.`,
    unmoved: 'tidak ada bilangan yang mengubahnya.',
    broken: (figures) => `Yang lalu di luar toleransi: ${figures}.`,
    worsened: (figures) => `Yang lalu makin jauh: ${figures}.`,
    one: (label, after, documented) => `${label} ${after} (dokumen ${documented})`,
    none: 'Tidak ada angka lain yang lalu makin jauh.',
    heldOut: 'Disisihkan: tidak ada bilangan yang dicocokkan dengannya.',
  },
};

/** What is said of the missed figures of a report: a heading, and a line for each. */
interface TradeOffLines {
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * In words, what meeting each missed figure would take; where nobody asked, how to ask; null where none is missed, or where
 * there is nothing to ask: the other documented systems have no fitted numbers.
 */
export function tradeOffLines(report: ValidationReport, language: Language): TradeOffLines | null {
  const texts = TEXTS[language];
  const { tradeOffs } = report;
  if (report.passed || (tradeOffs === null && report.source !== SOURCE_DOCUMENT)) {
    return null;
  }
  return tradeOffs === null
    ? { title: texts.ask, lines: [] }
    : { title: texts.title, lines: tradeOffs.map((tradeOff) => lineOf(tradeOff, report.figures, language)) };
}

function lineOf(
  { figure, moved, reached, met, broken, worsened }: TradeOff,
  figures: readonly ComparedFigure[],
  language: Language,
): string {
  const texts = TEXTS[language];
  const number = reportNumbers(language);
  const known = new Map(figures.map((one) => [one.id, one]));
  const measured = (id: string, value: number): string =>
    withUnit(number.format(value), known.get(id)?.unit ?? '');
  const documented = (id: string): string => measured(id, known.get(id)?.documented ?? Number.NaN);
  const listed = (others: TradeOff['broken']): string =>
    others
      .map((one) =>
        texts.one(labelOf(one.figure, language), measured(one.figure, one.after), documented(one.figure)),
      )
      .join('; ');
  const sentences =
    moved === null
      ? [texts.unmoved]
      : [
          texts[met ? 'met' : 'nearest'](
            moved.id,
            number.format(moved.to),
            `${number.format(moved.from)} ${moved.unit}`,
            measured(figure, reached),
            documented(figure),
          ),
          ...(broken.length === 0 ? [] : [texts.broken(listed(broken))]),
          ...(worsened.length === 0 ? [] : [texts.worsened(listed(worsened))]),
          ...(broken.length + worsened.length === 0 ? [texts.none] : []),
        ];
  if (known.get(figure)?.heldOut === true) {
    sentences.push(texts.heldOut);
  }
  return `${labelOf(figure, language)}: ${sentences.join(' ')}`;
}
