import { figureGroups, labelOf } from '../report/figure-labels.ts';
import { figureNotes } from '../report/figure-notes.ts';
import type { Language } from '../report/language.ts';
import { reportNumbers, reportTexts, withUnit } from '../report/texts.ts';
import { tradeOffLines } from '../report/trade-off-lines.ts';
import type { ComparedFigure } from '../validation/compare.ts';
import type { ValidationReport } from '../validation/validation-report.ts';
import { textTable } from './text-table.ts';

const COLUMNS = ['figure', 'documented', 'simulated', 'interval', 'tolerance', 'verdict'] as const;
/** Columns of words; the others are numbers. */
const WORDS: ReadonlySet<string> = new Set(['figure', 'tolerance', 'verdict']);

/** Documented beside simulated, aligned, for people. Ends with a line feed. */
export function validationTable(report: ValidationReport, language: Language): string {
  const texts = reportTexts(language);
  const number = reportNumbers(language);
  const simulated = report.figures.filter((figure) => figure.simulated !== null);
  const notes = figureNotes(simulated, language);
  const cells = (figure: ComparedFigure): readonly string[] => {
    const { id, unit, documented, simulated: mean, ci95, tolerance, heldOut, verdict } = figure;
    const note = notes.numberOf(figure);
    return [
      `  ${labelOf(id, language)}${heldOut ? ` (${texts.heldOut})` : ''}`,
      withUnit(number.format(documented), unit),
      number.format(mean ?? 0),
      halfWidth(ci95, number),
      tolerance === null ? '' : texts.tolerance(tolerance, unit, number),
      texts.verdicts[verdict] + (note === undefined ? '' : ` [${note}]`),
    ];
  };
  const table = textTable(
    COLUMNS.map((column) => ({
      title: column === 'figure' ? '' : texts.columns[column],
      align: WORDS.has(column) ? 'left' : 'right',
    })),
    figureGroups(simulated, language).flatMap(({ heading, members }) => [heading, ...members.map(cells)]),
  );
  const judged = report.figures.filter(({ verdict }) => verdict === 'met' || verdict === 'missed');
  const missed = judged.filter(({ verdict }) => verdict === 'missed').length;
  const why = tradeOffLines(report, language);
  const lines = [
    texts.title(report.scenario),
    `${report.source}. ${texts.made(report.replications, report.seed)}.`,
    '',
    table,
    ...(report.figures.some(({ heldOut }) => heldOut) ? [texts.heldOutNote] : []),
    ...(notes.texts.length === 0 ? [] : [`${texts.contradicted}:`]),
    ...notes.texts.map((text, index) => `  [${index + 1}] ${text}`),
    texts.notSimulated(report.figures.length - simulated.length),
    '',
    missed === 0 ? texts.passed(judged.length) : texts.failed(missed, judged.length),
    ...(why === null ? [] : [why.title, ...why.lines.map((line) => `  ${line}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

function halfWidth(ci95: ComparedFigure['ci95'], number: Intl.NumberFormat): string {
  return ci95 === null ? '' : `± ${number.format((ci95[1] - ci95[0]) / 2)}`;
}
