import { Command, CommanderError } from 'commander';
import { CalibrationFileError } from '../calibration/parameters.ts';
import { NotAMonthError, UnknownPlanKeyError } from '../pricing/month-prices.ts';
import { AbortError, ReplicationError } from '../replications/run-replications.ts';
import { ScenarioError } from '../scenario/scenario-error.ts';
import { RuleFileError } from '../trials/rule-file.ts';
import { addAlertsCommand } from './alerts-command.ts';
import { addCalibrateCommand } from './calibrate-command.ts';
import { addMonthCommand } from './month-command.ts';
import { addReconcileCommand } from './reconcile-command.ts';
import { RecordingError } from './record.ts';
import { FAILED, FINE, INTERRUPTED, type Terminal, UsageError, WRONG_USAGE } from './terminal.ts';
import { addValidateCommand } from './validate-command.ts';
import { FileError } from './whole-file.ts';

/**
 * Runs the command line.
 *
 * @param args the arguments after the program's name
 * @returns the exit code: 0 when all is well, 1 when something failed or a figure is missed, 2 when the command line or
 *   a scenario file was wrong, 130 when Ctrl-C ended it
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = FINE;
  const program = buildProgram(terminal, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? FINE : WRONG_USAGE;
    }
    if (error instanceof AbortError) {
      return INTERRUPTED;
    }
    if (
      error instanceof ScenarioError ||
      error instanceof RuleFileError ||
      error instanceof UsageError ||
      error instanceof UnknownPlanKeyError ||
      error instanceof NotAMonthError
    ) {
      terminal.error(`error: ${error.message}\n`);
      return WRONG_USAGE;
    }
    if (error instanceof Error && WORDED.some((kind) => error instanceof kind)) {
      terminal.error(`error: ${error.message}\n`);
      return FAILED;
    }
    throw error;
  }
}

/** Failures whose messages say to a person what happened. */
const WORDED = [FileError, ReplicationError, RecordingError, CalibrationFileError];

function buildProgram(terminal: Terminal, done: (code: number) => void): Command {
  const program = new Command('simulate')
    .description(
      'Simulates a month of a tutoring platform, request by request, with the server that answers it: the documented month, to hold it against what its document says, or a changed one, to see what more people, another machine or no leak would do.',
    )
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
From the repository's root, "simulate" is: npm run -s simulate --

Examples:
  simulate month                          one month: documented beside simulated, as a table
  simulate month --seed 7 --json          another month, as one JSON object
  simulate month --scenario simulator/scenarios/population-120.yaml
                                          what if there were twice the people?
  simulate validate                       many months: every documented figure with its verdict
  simulate validate --html month.html     the same as a page with charts
  simulate calibrate                      fit the model's free numbers to the documented figures
  simulate alerts                         how often rules of alerts fire, the documented ones or yours
  simulate reconcile                      which of the contradicting figures is used, and why

How to write a scenario file, and what the model leaves out: simulator/README.md

Exit codes: 0 fine, 1 something failed or a figure is missed, 2 wrong usage or a wrong\nscenario file, 130 ended by Ctrl-C.`,
    );
  addMonthCommand(program, terminal, done);
  addValidateCommand(program, terminal, done);
  addCalibrateCommand(program, terminal, done);
  addAlertsCommand(program, terminal, done);
  addReconcileCommand(program, terminal, done);
  return program;
}
