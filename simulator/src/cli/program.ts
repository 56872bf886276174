import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseStart, StartDateError } from '../workload/calendar.ts';
import { DOCUMENTED_START, documentedMonth } from '../workload/month.ts';
import { LANGUAGES, type Language } from './messages.ts';
import { isFaithful, reportOn } from './month-report.ts';
import { summarise } from './month-summary.ts';
import { monthTable } from './month-table.ts';
import { RequestFileError, writeRequestFile } from './request-file.ts';

/** Exit codes: fine, something went wrong, the command line was wrong. */
const FINE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

const DEFAULT_SEED = 1;
const WHOLE_NUMBER = /^\d{1,16}$/;

/** Where the program writes to. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Shows how far a long step is, when somebody watches; undefined otherwise. */
  readonly progress?: (text: string) => void;
}

interface MonthCommandOptions {
  readonly seed: number;
  readonly start: string;
  readonly json?: true;
  readonly out?: string;
  readonly lang: Language;
}

/**
 * Runs the command line.
 *
 * @param args the arguments after the program's name
 * @returns the exit code: 0 when all is well, 1 when something failed, 2 when the command line was wrong
 */
export function runProgram(args: readonly string[], terminal: Terminal): number {
  let code = FINE;
  const program = buildProgram(terminal, (result) => {
    code = result;
  });
  try {
    program.parse([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? FINE : WRONG_USAGE;
    }
    if (error instanceof RequestFileError) {
      terminal.error(`error: ${error.message}\n`);
      return FAILED;
    }
    throw error;
  }
}

function buildProgram(terminal: Terminal, done: (code: number) => void): Command {
  const program = new Command('simulate')
    .description('Generates the load of a documented month of a tutoring platform, request by request.')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.error(text),
      outputError: (text, write) => write(`${text.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`),
    })
    .addHelpText(
      'after',
      `
Examples (from the repository: npm run -s simulate -- month …):
  simulate month                          documented beside generated, as a table
  simulate month --seed 7 --json          counts as one JSON object
  simulate month --out month.ndjson       every request, one a line
  simulate month --start 2026-11-02       the same month, moved to another Monday

Exit codes: 0 fine, 1 something failed, 2 wrong usage.`,
    );
  program
    .command('month')
    .description('Generate the month and show documented beside generated numbers.')
    .option('--seed <number>', 'which month: the same seed gives the same requests', parseSeed, DEFAULT_SEED)
    .option('--start <date>', 'local date of day 1, a Monday', parseStartOption, DOCUMENTED_START)
    .option('--json', 'print one JSON object instead of the table')
    .option('--out <file>', 'write every request to a file, one JSON object a line')
    .addOption(new Option('--lang <language>', 'language of the table').choices([...LANGUAGES]).default('en'))
    .allowExcessArguments(false)
    .action((options: MonthCommandOptions) => done(runMonth(options, terminal)));
  return program;
}

function runMonth({ seed, start, json, out, lang }: MonthCommandOptions, terminal: Terminal): number {
  const requests = documentedMonth({ seed, start });
  if (out !== undefined) {
    writeRequestFile(out, requests, (written, total) =>
      terminal.progress?.(written < total ? `\rwriting ${out}: ${written} of ${total}` : '\r\u001B[K'),
    );
  }
  const month = summarise(seed, start, requests);
  const rows = reportOn(month);
  terminal.out(json === true ? `${JSON.stringify(month)}\n` : monthTable(month, rows, lang));
  return isFaithful(rows) ? FINE : FAILED;
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!WHOLE_NUMBER.test(text) || !Number.isSafeInteger(seed)) {
    throw new InvalidArgumentError('A seed is a whole number from 0 to 9007199254740991.');
  }
  return seed;
}

function parseStartOption(text: string): string {
  try {
    parseStart(text);
    return text;
  } catch (error) {
    if (error instanceof StartDateError) {
      throw new InvalidArgumentError(error.message);
    }
    throw error;
  }
}
