import { isHeldOut } from '../calibration/held-out.ts';
import type { Parameters } from '../calibration/parameter.ts';
import { type Figure, SOURCE_DOCUMENT } from '../figures/figure.ts';
import type { Progress } from '../replications/progress.ts';
import type { PrecisionRule } from '../replications/rule.ts';
import { runReplications, type UntilPrecise } from '../replications/run-replications.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { DocumentedSystem } from '../systems/system.ts';
import { allMet, type Comparison, compare } from './compare.ts';
import { explainMonth } from './explain-month.ts';
import { figuresOfMonth, isDocumentedMonth, toleranceOfMonth } from './month-figures.ts';
import { MONTH_MODULE, type MonthJob, type MonthReplication } from './replicate.ts';
import { SYSTEM_MODULE, type SystemJob } from './replicate-system.ts';
import { type RouteTimes, routeTimes } from './route-latency.ts';
import type { RunSeries } from './run-series.ts';
import type { Tolerance } from './tolerance.ts';
import type { ValidationReport } from './validation-report.ts';

/**
 * Replications until every figure that is judged by a share of itself is known to 1 %, a third of the narrowest tolerance.
 * Counts of rare events would need thousands for that; they are judged by prediction intervals instead.
 */
const AUTOMATIC: PrecisionRule = { precision: 0.01, confidence: 0.95, budget: 100 };
/** Replications where no figure is judged by a share of itself: what a prediction interval needs. */
const WITHOUT_SHARES = 40;
/** Held-out figures are judged at 10 %, and may be counts of rare events. */
const WIDEST_SHARE = 0.05;

export interface ValidationOptions {
  readonly seed: number;
  /** A number, or as many as it takes for tight intervals. */
  readonly replications: number | 'auto';
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface MonthValidationOptions extends ValidationOptions {
  readonly scenario: Scenario;
  readonly parameters: Parameters;
  /** Samples of the memory, by number, to keep for drawing. */
  readonly instants: readonly number[];
  /** Given to be told of every missed figure what meeting it would take, which takes seconds each. */
  readonly explain?: { readonly onProgress?: ((progress: Progress) => void) | undefined } | undefined;
}

/** A validation of the month, with what there is to draw. */
export interface MonthValidation {
  readonly report: ValidationReport;
  readonly series: RunSeries | null;
  readonly routes: readonly RouteTimes[];
}

/**
 * Replicates a month and holds the documented figures against it. Only the documented month is judged by them: of another
 * scenario they are what it is compared with.
 *
 * @throws {AbortError} when the signal fires; {ReplicationError} when a replication fails
 */
export async function validateMonth(options: MonthValidationOptions): Promise<MonthValidation> {
  const { scenario, parameters, seed, instants, signal, explain } = options;
  const figures = figuresOfMonth();
  const tolerance = isDocumentedMonth(scenario) ? toleranceOfMonth : () => null;
  const runs = await runReplications<MonthJob, MonthReplication>({
    ...options,
    module: MONTH_MODULE,
    argument: { scenario, parameters, seed, instants },
    replications: rule(options.replications, figures, tolerance, (run) => run.figures),
  });
  const report = reportOn(
    { scenario: scenario.name, source: SOURCE_DOCUMENT, seed },
    runs.map((run) => run.figures),
    { figures, tolerance, isHeldOut },
  );
  const tradeOffs =
    explain === undefined
      ? null
      : await explainMonth({ ...explain, figures: report.figures, scenario, parameters, seed, signal });
  return {
    report: { ...report, tradeOffs },
    series: runs[0]?.series ?? null,
    routes: routeTimes(runs.map(({ latencies }) => latencies)),
  };
}

/**
 * The same for one of the other documented systems.
 *
 * @throws as {@link validateMonth}
 */
export async function validateSystem(
  { name, title, figures, tolerances }: DocumentedSystem,
  options: ValidationOptions,
): Promise<ValidationReport> {
  const { seed } = options;
  const tolerance = ({ id }: Figure): Tolerance | null => tolerances[id] ?? null;
  const runs = await runReplications<SystemJob, FigureValues>({
    ...options,
    module: SYSTEM_MODULE,
    argument: { name, seed },
    replications: rule(options.replications, figures, tolerance, (values) => values),
  });
  const comparison = { figures, tolerance, isHeldOut: () => false };
  return reportOn({ scenario: name, source: title, seed }, runs, comparison);
}

type FigureValues = Readonly<Record<string, number>>;

/** Replications by number, or until the figures that are judged by a share of themselves are known well enough. */
function rule<Result>(
  replications: number | 'auto',
  figures: readonly Figure[],
  toleranceOf: Comparison['tolerance'],
  valuesOf: (result: Result) => FigureValues,
): number | UntilPrecise<Result> {
  if (replications !== 'auto') {
    return replications;
  }
  const precise = figures.filter((figure) => {
    const tolerance = toleranceOf(figure);
    return tolerance?.kind === 'relative' && tolerance.share <= WIDEST_SHARE;
  });
  if (precise.length === 0) {
    return WITHOUT_SHARES;
  }
  const outputs = (result: Result): number[] => {
    const values = valuesOf(result);
    // What cannot be asked of this scenario is no number, and no reason to go on.
    return precise.map(({ id }) => values[id]).map((value) => (Number.isFinite(value) ? (value ?? 0) : 0));
  };
  return { ...AUTOMATIC, outputs };
}

function reportOn(
  about: Pick<ValidationReport, 'scenario' | 'source' | 'seed'>,
  runs: readonly FigureValues[],
  comparison: Omit<Comparison, 'values'>,
): ValidationReport {
  const figures = compare({ ...comparison, values: valuesByFigure(runs) });
  return { ...about, replications: runs.length, figures, tradeOffs: null, passed: allMet(figures) };
}

/** Of every figure that all replications could answer, its values. */
function valuesByFigure(runs: readonly FigureValues[]): Map<string, number[]> {
  const ids = Object.keys(runs[0] ?? {});
  return new Map(
    ids
      .map((id) => [id, runs.map((values) => values[id] ?? Number.NaN)] as const)
      .filter(([, values]) => values.every(Number.isFinite))
      .map(([id, values]) => [id, [...values]]),
  );
}
