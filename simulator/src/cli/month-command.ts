import type { Command } from 'commander';
import { calibratedParameters } from '../calibration/parameters.ts';
import { planPrices } from '../pricing/plan-prices.ts';
import { priceTable } from '../pricing/price-table.ts';
import { runRequests } from '../recording/run-requests.ts';
import type { Language } from '../report/language.ts';
import { simulateMonth } from '../run/simulate-month.ts';
import { DOCUMENTED, findScenario } from './find-scenario.ts';
import { isFaithful, reportOn } from './month-report.ts';
import { summarise } from './month-summary.ts';
import { monthTable } from './month-table.ts';
import {
  languageOption,
  parseReplication,
  parseStartOption,
  planOption,
  recordOption,
  seedOption,
} from './options.ts';
import { recordTo } from './record.ts';
import { writeRequestFile } from './request-file.ts';
import { FAILED, FINE, type Terminal } from './terminal.ts';

interface MonthOptions {
  readonly scenario: string;
  readonly seed: number;
  readonly replication: number;
  readonly start?: string;
  readonly json?: true;
  readonly out?: string;
  readonly record?: string | true;
  readonly plan?: string;
  readonly lang: Language;
}

const CLEAR_LINE = '\r\u001B[K';

/** Adds the command that simulates one month and counts it. */
export function addMonthCommand(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('month')
    .description('Simulate one month: documented beside simulated counts, memory and times to answer.')
    .option(
      '--scenario <name or file>',
      'the documented month, or a YAML or JSON file that changes it',
      DOCUMENTED,
    )
    .addOption(seedOption())
    .option('--replication <number>', 'which of the months of this seed, counted from 0', parseReplication, 0)
    .option('--start <date>', 'local date of day 1, a Monday; the scenario’s unless given', parseStartOption)
    .option('--json', 'print one JSON object instead of the table')
    .option('--out <file>', 'write every request to a file, one JSON object a line')
    .addOption(recordOption())
    .addOption(planOption())
    .addOption(languageOption())
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `
Examples:
  simulate month                                documented beside simulated, as a table
  simulate month --seed 7 --json                counts, memory and latency as one JSON object
  simulate month --replication 17               the eighteenth month of this seed, alone
  simulate month --out month.ndjson             every request, one a line
  simulate month --start 2026-11-02             the same month, moved to another Monday
  simulate month --scenario simulator/scenarios/population-120.yaml
  simulate month --plan all                     what the month would cost under each plan

Verdicts: "exact" agrees to the request, as it must, and "DIFFERS" does not; "near" is random and as near as one month
should come, with the tolerance beside it, and "far" is not; "contradicted": the document disagrees with itself, as
the numbered note says. A scenario with counts: rates is not held against the document.

Exit code 1: a figure that must be exact differs.`,
    )
    .action(async (options: MonthOptions) => done(await runMonth(options, terminal)));
}

async function runMonth(options: MonthOptions, terminal: Terminal): Promise<number> {
  const { seed, replication, json, out, plan, lang } = options;
  const found = findScenario(options.scenario);
  const scenario = { ...found, start: options.start ?? found.start };
  const run = simulateMonth({ scenario, parameters: calibratedParameters(), seed, replication });
  const requests = [...runRequests(run, scenario.start)];
  if (out !== undefined) {
    writeRequestFile(out, requests, (written, total) =>
      terminal.progress?.(written < total ? `\rwriting ${out}: ${written} of ${total}` : CLEAR_LINE),
    );
  }
  if (options.record !== undefined) {
    await recordTo(options.record, { scenario, seed, replication, run }, terminal);
  }
  const month = summarise({ scenario, seed, replication, requests, run });
  // A changed scenario is not expected to keep the documented counts.
  const rows = scenario.counts === 'documented' ? reportOn(month) : [];
  const priced = plan === undefined ? undefined : planPrices({ scenario, requests, run }, plan);
  terminal.out(
    json === true
      ? `${JSON.stringify({ ...month, ...(priced && { prices: priced }) })}\n`
      : monthTable(month, rows, lang) + (priced === undefined ? '' : priceTable(priced, lang)),
  );
  return isFaithful(rows) ? FINE : FAILED;
}
