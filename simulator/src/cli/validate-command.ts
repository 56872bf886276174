import type { Command } from 'commander';
import { calibratedParameters } from '../calibration/parameters.ts';
import { planPrices } from '../pricing/plan-prices.ts';
import type { PricedMonth } from '../pricing/priced-month.ts';
import { runRequests } from '../recording/run-requests.ts';
import type { DrawnRun } from '../report/chart-data.ts';
import type { Language } from '../report/language.ts';
import { documentedInstants } from '../report/memory-marks.ts';
import { reportPage } from '../report/page.ts';
import { simulateMonth } from '../run/simulate-month.ts';
import { validateMonth, validateSystem } from '../validation/validate.ts';
import { type ValidationReport, validationSchema } from '../validation/validation-report.ts';
import { DOCUMENTED, findSubject, type Subject } from './find-scenario.ts';
import {
  languageOption,
  parseReplications,
  planOption,
  recordOption,
  seedOption,
  workersOption,
} from './options.ts';
import { ProgressBar } from './progress-bar.ts';
import { recordTo } from './record.ts';
import { FAILED, FINE, type Terminal, UsageError } from './terminal.ts';
import { validationTable } from './validation-table.ts';
import { writeWholeFile } from './whole-file.ts';

interface ValidateOptions {
  readonly replications: number | 'auto';
  readonly scenario: string;
  readonly seed: number;
  readonly workers?: number;
  readonly json?: true;
  readonly html?: string;
  readonly explain?: true;
  readonly schema?: true;
  readonly record?: string | true;
  readonly plan?: string;
  readonly lang: Language;
}

const JSON_INDENT = 2;
/** The model was fitted on seed 1: it is judged on months that the fit has not seen. */
const JUDGING_SEED = 2;

/** Adds the command that holds documented figures against simulated ones. */
export function addValidateCommand(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('validate')
    .description('Simulate many months and hold every documented figure against their mean, with a verdict.')
    .option(
      '--replications <number>',
      'how many months; "auto" goes on until intervals are ± 1 %, 100 at most',
      parseReplications,
      'auto',
    )
    .option(
      '--scenario <name or file>',
      'documented, educounsel, coffeeshop, ksp, or a YAML or JSON file that changes the documented month',
      DOCUMENTED,
    )
    .addOption(seedOption(JUDGING_SEED))
    .addOption(workersOption())
    .option('--json', 'print one JSON object instead of the table')
    .option('--html <file>', 'write a page with charts that opens without a network')
    .option(
      '--explain',
      'say of every missed figure what meeting it would take, and cost others; takes seconds each',
    )
    .option('--schema', 'print the JSON schema of --json and do nothing else')
    .addOption(recordOption())
    .addOption(planOption())
    .addOption(languageOption())
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `
Examples:
  simulate validate                                   the documented month, as a table
  simulate validate --replications 30 --html month.html
  simulate validate --html month.html --plan all      and what the month would cost under each plan
  simulate validate --explain                         and why those that are missed are
  simulate validate --scenario simulator/scenarios/population-120.yaml --json
  simulate validate --scenario educounsel             another documented system

Verdicts: "met" and "MISSED" are within the tolerance and outside; "contradicted": the document disagrees with itself,
as the numbered note says; "not judged": nothing says how near the figure has to come. "Held out" figures were not
used when the model was fitted, only predicted. Of a changed scenario nothing is judged: compare the columns.

Exit code 1: a figure that is judged is outside its tolerance.`,
    )
    .action(async (options: ValidateOptions) => done(await runValidate(options, terminal)));
}

async function runValidate(options: ValidateOptions, terminal: Terminal): Promise<number> {
  if (options.schema === true) {
    terminal.out(`${JSON.stringify(validationSchema(), undefined, JSON_INDENT)}\n`);
    return FINE;
  }
  const bar = new ProgressBar(terminal.progress, 'validate');
  const reasons = new ProgressBar(terminal.progress, 'explain');
  try {
    const subject = findSubject(options.scenario);
    if (options.plan !== undefined && options.html === undefined) {
      throw new UsageError(
        '--plan adds a section to the page of --html; "simulate month --plan" prints prices.',
      );
    }
    const { report, drawn } = await validated(subject, options, terminal, bar, reasons);
    reasons.end();
    bar.end();
    if (options.record !== undefined) {
      await recordFirst(subject, options.record, options, terminal);
    }
    if (options.html !== undefined) {
      const priced = options.plan === undefined ? undefined : pricedFirst(subject, options.plan, options);
      writeWholeFile(options.html, [reportPage(report, drawn, options.lang, priced)]);
    }
    terminal.out(
      options.json === true ? `${JSON.stringify(report)}\n` : validationTable(report, options.lang),
    );
    return report.passed ? FINE : FAILED;
  } finally {
    reasons.end();
    bar.end();
  }
}

async function validated(
  subject: Subject,
  { seed, replications, workers, explain }: ValidateOptions,
  { signal }: Terminal,
  bar: ProgressBar,
  reasons: ProgressBar,
): Promise<{ readonly report: ValidationReport; readonly drawn: DrawnRun | undefined }> {
  const common = {
    seed,
    replications,
    workers,
    signal,
    onProgress: (progress: Parameters<ProgressBar['show']>[0]) => bar.show(progress),
  };
  if (subject.kind === 'system') {
    if (explain === true) {
      throw new UsageError(
        '--explain is for scenarios of the month; the other systems have no fitted numbers.',
      );
    }
    return { report: await validateSystem(subject.system, common), drawn: undefined };
  }
  const { scenario } = subject;
  const { report, series, routes } = await validateMonth({
    ...common,
    scenario,
    parameters: calibratedParameters(),
    instants: documentedInstants().map(({ at }) => at),
    ...(explain === true && { explain: { onProgress: (progress) => reasons.show(progress) } }),
  });
  return { report, drawn: series === null ? undefined : { scenario, series, routes } };
}

/** Prices replication 0, which is the one that is drawn. */
function pricedFirst(subject: Subject, plan: string, { seed }: ValidateOptions): PricedMonth {
  if (subject.kind === 'system') {
    throw new UsageError('--plan is for scenarios of the month; the other systems leave no requests.');
  }
  const { scenario } = subject;
  const run = simulateMonth({ scenario, parameters: calibratedParameters(), seed, replication: 0 });
  return planPrices({ scenario, requests: runRequests(run, scenario.start), run }, plan);
}

/** Records replication 0, which is the one that is drawn. */
async function recordFirst(
  subject: Subject,
  store: string | true,
  { seed }: ValidateOptions,
  terminal: Terminal,
): Promise<void> {
  if (subject.kind === 'system') {
    throw new UsageError('--record is for scenarios of the month; the other systems leave no rows.');
  }
  const { scenario } = subject;
  const replication = 0;
  const run = simulateMonth({ scenario, parameters: calibratedParameters(), seed, replication });
  await recordTo(store, { scenario, seed, replication, run }, terminal);
}
