import { parseArgs } from 'node:util';
import { alerts } from './alerts/alerts.ts';
import { billing } from './billing/billing.ts';
import { crash } from './crash/crash.ts';
import { exports } from './exports/exports.ts';
import { freshness } from './freshness/freshness.ts';
import { fuzz } from './fuzz/fuzz.ts';
import { ingest } from './ingest/ingest.ts';
import { outage } from './outage/outage.ts';
import { pages } from './pages/pages.ts';
import { queries } from './queries/queries.ts';
import { recorder } from './recorder/recorder.ts';
import {
  type Benchmark,
  type BenchOptions,
  type BenchSetting,
  type Report,
  reached,
  type Target,
} from './report.ts';
import { scaling } from './scaling/scaling.ts';
import { simulator } from './simulator/simulator.ts';
import { uploads } from './uploads/uploads.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  alerts,
  billing,
  crash,
  exports,
  freshness,
  fuzz,
  ingest,
  outage,
  pages,
  queries,
  recorder,
  scaling,
  simulator,
  uploads,
};
const EXIT_MISSED = 1;
const EXIT_USAGE = 2;

function usage(): string {
  const names = Object.entries(BENCHMARKS).flatMap(([name, { summary, settings = [] }]) => [
    `  ${name.padEnd(12)} ${summary}`,
    ...settings.map(
      (one) => `  ${''.padEnd(12)}   --${one.name} N  ${one.meaning}; ${one.value} unless given`,
    ),
  ]);
  return `Usage: npm run bench -- NAME [--json] [--SETTING N]\n\n${names.join('\n')}\n\nEvery figure is a ratio or a delay within one run. Exit code 1: a target was missed.`;
}

function table(result: Report): string {
  const width = Math.max(...Object.keys(result.figures).map((name) => name.length));
  const lines = Object.entries(result.figures).map(([name, value]) => {
    const target = result.targets.find(({ figure }) => figure === name);
    return `  ${name.padEnd(width)}  ${value.toLocaleString('en', { maximumFractionDigits: 3 }).padStart(10)}${verdict(target, result)}`;
  });
  return [result.name, ...lines].join('\n');
}

function verdict(target: Target | undefined, result: Report): string {
  if (target === undefined) {
    return '';
  }
  const bound = target.atLeast === undefined ? `at most ${target.atMost}` : `at least ${target.atLeast}`;
  return `  ${reached(target, result.figures) ? 'reached' : 'MISSED'} (${bound})`;
}

/** The settings given, each a positive number. */
function settingsOf(given: Readonly<Record<string, string | boolean | undefined>>): BenchOptions['setting'] {
  return ({ name, value }: BenchSetting): number => {
    const told = given[name];
    const number = told === undefined ? value : Number(told);
    if (!(number > 0)) {
      throw new Error(`--${name} must be a number above 0, not ${told}.`);
    }
    return number;
  };
}

async function main(): Promise<number> {
  const settings = Object.values(BENCHMARKS).flatMap(({ settings: known = [] }) => known);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(settings.map(({ name }) => [name, { type: 'string' as const }])),
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage());
    return 0;
  }
  const [name, ...rest] = positionals;
  const benchmark = name === undefined ? undefined : BENCHMARKS[name];
  if (benchmark === undefined || rest.length > 0) {
    console.error(
      name === undefined ? usage() : `There is no benchmark "${positionals.join(' ')}".\n\n${usage()}`,
    );
    return EXIT_USAGE;
  }
  const result = await benchmark.run({
    progress: values.json ? () => undefined : (line) => console.log(line),
    setting: settingsOf(values),
  });
  console.log(values.json ? JSON.stringify(result) : table(result));
  return result.passed ? 0 : EXIT_MISSED;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = EXIT_USAGE;
  },
);
