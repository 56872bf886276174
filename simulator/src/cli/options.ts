import { InvalidArgumentError, Option } from 'commander';
import { LANGUAGES } from '../report/language.ts';
import { parseStart, StartDateError } from '../workload/calendar.ts';

const DEFAULT_SEED = 1;
const WHOLE_NUMBER = /^\d{1,16}$/;
const MOST_REPLICATIONS = 10_000;
const MOST_WORKERS = 256;

export function seedOption(seed = DEFAULT_SEED): Option {
  return new Option('--seed <number>', 'of the random numbers: the same seed gives the same months')
    .argParser(parseSeed)
    .default(seed);
}

export function languageOption(): Option {
  return new Option('--lang <language>', 'language of tables and pages')
    .choices([...LANGUAGES])
    .default('en');
}

export function workersOption(): Option {
  return new Option(
    '--workers <number>',
    'threads that simulate at once; results do not depend on them (default: as many as the machine has)',
  ).argParser((text) => parseCount(text, 'A number of workers is', MOST_WORKERS));
}

export function recordOption(): Option {
  return new Option(
    '--record [store]',
    'write rows and samples of the run into ClickHouse, database "simulation": a server’s URL, or a data directory that nothing else uses (without a value: data/clickhouse)',
  );
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!WHOLE_NUMBER.test(text) || !Number.isSafeInteger(seed)) {
    throw new InvalidArgumentError('A seed is a whole number from 0 to 9007199254740991.');
  }
  return seed;
}

export function planOption(): Option {
  return new Option(
    '--plan <key>',
    'what the month would cost under a plan of the catalogue, such as "usage"; "all": under each of them, side by side',
  );
}

export function parseReplications(text: string): number | 'auto' {
  return text === 'auto' ? text : parseCount(text, 'Replications are "auto" or', MOST_REPLICATIONS);
}

export function parseMonths(text: string): number {
  return parseCount(text, 'Replications are', MOST_REPLICATIONS);
}

/** Replications are counted from 0. */
export function parseReplication(text: string): number {
  if (!WHOLE_NUMBER.test(text) || Number(text) >= MOST_REPLICATIONS) {
    throw new InvalidArgumentError(`A replication is a whole number from 0 to ${MOST_REPLICATIONS - 1}.`);
  }
  return Number(text);
}

export function parseStartOption(text: string): string {
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

/** @param what the beginning of the sentence that says what is wrong */
export function parseCount(text: string, what: string, most: number): number {
  const count = Number(text);
  if (!WHOLE_NUMBER.test(text) || count < 1 || count > most) {
    throw new InvalidArgumentError(`${what} a whole number from 1 to ${most}.`);
  }
  return count;
}
