import type { Command } from 'commander';
import { calibratedParameters } from '../calibration/parameters.ts';
import { runReplications } from '../replications/run-replications.ts';
import type { Language } from '../report/language.ts';
import { type MonthTrial, TRIALS_MODULE, type TrialsJob } from '../trials/replicate-trials.ts';
import { readRuleFile } from '../trials/rule-file.ts';
import { triedRules } from '../trials/trials-report.ts';
import { isDocumentedMonth } from '../validation/month-figures.ts';
import { DOCUMENTED, findScenario } from './find-scenario.ts';
import { languageOption, parseMonths, seedOption, workersOption } from './options.ts';
import { ProgressBar } from './progress-bar.ts';
import { FINE, type Terminal } from './terminal.ts';
import { trialsTable } from './trials-table.ts';

interface AlertsOptions {
  readonly rules?: string;
  readonly replications: number;
  readonly scenario: string;
  readonly seed: number;
  readonly workers?: number;
  readonly json?: true;
  readonly lang: Language;
}

const USUAL_REPLICATIONS = 20;
/** The model was fitted on seed 1: rules are tried on months that the fit has not seen, as in "validate". */
const JUDGING_SEED = 2;

/** Adds the command that tries rules of alerts on simulated months. */
export function addAlertsCommand(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('alerts')
    .description('Try rules of alerts on simulated months: how often they fire, when, and for how long.')
    .option(
      '--rules <file>',
      'a JSON file with one {"name", "rule"} as POST /api/v1/tenant/alert-rules takes it, or a list of them; unless given, the rules that the documented month has its alerts by',
    )
    .option('--replications <number>', 'how many months', parseMonths, USUAL_REPLICATIONS)
    .option(
      '--scenario <name or file>',
      'the documented month, or a YAML or JSON file that changes it',
      DOCUMENTED,
    )
    .addOption(seedOption(JUDGING_SEED))
    .addOption(workersOption())
    .option('--json', 'print one JSON object instead of the table')
    .addOption(languageOption())
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `
Examples:
  simulate alerts                             the documented month's rules, with the documented counts
  simulate alerts --rules rules.json          would these rules fire in such a month?
  simulate alerts --rules rules.json --scenario simulator/scenarios/population-120.yaml
  simulate alerts --replications 1 --json     every firing of one month

A rule is asked each minute; that of memory each five minutes, as the documented monitor shows it. How rules are
written: docs/alerts.md.

Exit code 2: the file of rules cannot be used; each fault is named with its place.`,
    )
    .action(async (options: AlertsOptions) => done(await runAlerts(options, terminal)));
}

async function runAlerts(options: AlertsOptions, terminal: Terminal): Promise<number> {
  const { seed, replications, workers, lang } = options;
  const scenario = findScenario(options.scenario);
  const rules = options.rules === undefined ? null : readRuleFile(options.rules);
  const bar = new ProgressBar(terminal.progress, 'alerts');
  try {
    const months = await runReplications<TrialsJob, MonthTrial[]>({
      module: TRIALS_MODULE,
      argument: { scenario, parameters: calibratedParameters(), seed, rules },
      replications,
      workers,
      signal: terminal.signal,
      onProgress: (progress) => bar.show(progress),
    });
    bar.end();
    const tried = triedRules(months, isDocumentedMonth(scenario));
    const about = { scenario: scenario.name, seed, replications };
    terminal.out(
      options.json === true
        ? `${JSON.stringify({ ...about, rules: tried })}\n`
        : trialsTable(about, tried, lang),
    );
    return FINE;
  } finally {
    bar.end();
  }
}
