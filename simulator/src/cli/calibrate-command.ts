import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { type CalibrationProgress, type CalibrationReport, calibrate } from '../calibration/calibrate.ts';
import { CALIBRATED_FILE } from '../calibration/parameters.ts';
import { labelOf } from '../report/figure-labels.ts';
import type { Language } from '../report/language.ts';
import { reportNumbers } from '../report/texts.ts';
import { languageOption, parseCount, seedOption } from './options.ts';
import { FINE, type Terminal, UsageError } from './terminal.ts';
import { textTable } from './text-table.ts';
import { writeWholeFile } from './whole-file.ts';

interface CalibrateCommandOptions {
  readonly replications: number;
  readonly seed: number;
  readonly write?: true;
  readonly date?: string;
  readonly json?: true;
  readonly lang: Language;
}

const DEFAULT_REPLICATIONS = 6;
const MOST_REPLICATIONS = 1000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const JSON_INDENT = 2;
/** Of a fitted value: far more than the fit knows, few enough to read. */
const DIGITS = 6;
const CLEAR_LINE = '\r\u001B[K';

/** Adds the command that fits the model's free numbers to the documented figures. */
export function addCalibrateCommand(
  program: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  program
    .command('calibrate')
    .description('Fit the free numbers of the model to the documented figures, and show them.')
    .option(
      '--replications <number>',
      'months that are simulated for each set of values; the more, the less chance is in the fit',
      (text) => parseCount(text, 'A number of replications is', MOST_REPLICATIONS),
      DEFAULT_REPLICATIONS,
    )
    .addOption(seedOption())
    .option(
      '--write',
      'keep the values in simulator/calibrated.json: every other command uses them from then on',
    )
    .option('--date <date>', 'with --write: the day to note with the values', parseDate)
    .option('--json', 'print one JSON object instead of the tables')
    .addOption(languageOption())
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `
Examples:
  simulate calibrate                                  show what a fit gives
  simulate calibrate --replications 10 --write --date 2026-11-21`,
    )
    .action(async (options: CalibrateCommandOptions) => done(await runCalibrate(options, terminal)));
}

async function runCalibrate(options: CalibrateCommandOptions, terminal: Terminal): Promise<number> {
  const { replications, seed, write, date, json, lang } = options;
  if (write === true && date === undefined) {
    throw new UsageError('--write needs --date, for example --date 2026-11-21: the values are kept with it.');
  }
  const report = await calibrate({
    replications,
    seed,
    signal: terminal.signal,
    onProgress: (progress) => showProgress(progress, terminal),
  }).finally(() => terminal.progress?.(CLEAR_LINE));
  if (write === true && date !== undefined) {
    writeWholeFile(fileURLToPath(CALIBRATED_FILE), [calibrationFile(report, date)]);
  }
  terminal.out(json === true ? `${JSON.stringify(report)}\n` : calibrationTables(report, lang));
  return FINE;
}

function showProgress({ stage, iteration, sumOfSquares }: CalibrationProgress, terminal: Terminal): void {
  terminal.progress?.(
    `${CLEAR_LINE}calibrate ${stage}, iteration ${iteration}: ${sumOfSquares.toFixed(2)} squared tolerances`,
  );
}

/** The values with where they come from, as the repository keeps them. */
function calibrationFile(report: CalibrationReport, date: string): string {
  const { seed, replications, figureSet, stages } = report;
  const fitted = report.parameters.filter((parameter) => parameter.fitted);
  const content = {
    provenance: {
      command: `npm run simulate -- calibrate --replications ${replications} --seed ${seed} --write --date ${date}`,
      date,
      seed,
      replications,
      figureSet,
      stages,
    },
    values: Object.fromEntries(
      fitted.map(({ id, value, lower, upper }) => [id, Math.min(upper, Math.max(lower, rounded(value)))]),
    ),
    residuals: Object.fromEntries(
      report.figures.map(({ id, documented, before, after, residualBefore, residualAfter }) => [
        id,
        {
          documented,
          before: rounded(before),
          after: rounded(after),
          residualBefore: rounded(residualBefore),
          residualAfter: rounded(residualAfter),
        },
      ]),
    ),
  };
  return `${JSON.stringify(content, undefined, JSON_INDENT)}\n`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

interface Texts {
  readonly parameters: readonly string[];
  readonly figures: readonly string[];
  readonly assumption: string;
  readonly fitted: (fitted: number, figures: number) => string;
}

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    parameters: ['parameter', 'value', 'unit', 'bounds', 'answers to'],
    figures: ['figure', 'documented', 'before', 'after', 'off by, in tolerances'],
    assumption: 'an assumption',
    fitted: (fitted, figures) => `${fitted} parameters are fitted to ${figures} figures.`,
  },
  id: {
    parameters: ['parameter', 'nilai', 'satuan', 'batas', 'menjawab'],
    figures: ['angka', 'dokumen', 'sebelum', 'sesudah', 'selisih, dalam toleransi'],
    assumption: 'sebuah asumsi',
    fitted: (fitted, figures) => `${fitted} parameter dicocokkan dengan ${figures} angka.`,
  },
};

function calibrationTables({ parameters, figures }: CalibrationReport, language: Language): string {
  const texts = TEXTS[language];
  const number = reportNumbers(language);
  const values = textTable(
    texts.parameters.map((title) => ({ title, align: title === texts.parameters[1] ? 'right' : 'left' })),
    parameters.map(({ id, value, unit, lower, upper, fitted, figures: answersTo }) => [
      id,
      number.format(value),
      unit,
      `${number.format(lower)} – ${number.format(upper)}`,
      fitted ? answersTo.join(', ') : texts.assumption,
    ]),
  );
  const residuals = textTable(
    texts.figures.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' })),
    figures.map(({ id, documented, before, after, residualAfter }) => [
      labelOf(id, language),
      number.format(documented),
      number.format(before),
      number.format(after),
      number.format(residualAfter),
    ]),
  );
  const fitted = parameters.filter((parameter) => parameter.fitted).length;
  return `${values}\n${residuals}\n${texts.fitted(fitted, figures.length)}\n`;
}

function parseDate(text: string): string {
  if (!DATE.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('Write the date as YYYY-MM-DD.');
  }
  return text;
}
