import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { documented, type FigureId } from '../figures/figures.ts';
import { memoryOf } from '../memory/memory.ts';
import { memoryParameters } from '../memory/parameters.ts';
import { AbortError } from '../replications/run-replications.ts';
import type { MonthRun } from '../run/month-run.ts';
import { memoryAlerts, simulateMonth } from '../run/simulate-month.ts';
import { documentedScenario } from '../scenario/documented.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { systemParameters } from '../system/parameters.ts';
import { workloadParameters } from '../workload/parameters.ts';
import { type FitResult, fit, isFitted, type Means, residual } from './fit.ts';
import type { Parameter, Parameters } from './parameter.ts';
import { allParameters, defaultValues, fittedParameters } from './parameters.ts';
import { measures } from './targets.ts';

export interface CalibrateOptions {
  readonly replications: number;
  /** Of the replications; figures are judged on other seeds than the fit has seen. */
  readonly seed: number;
  /** Ends the fit before its next replication. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: CalibrationProgress) => void;
}

/** After an iteration of a stage. */
export interface CalibrationProgress {
  readonly stage: Stage;
  readonly iteration: number;
  /** Squares of all residuals together, in tolerances. */
  readonly sumOfSquares: number;
}

/** First how requests are answered, then what memory that takes: memory has no influence on answers. */
export type Stage = 'system' | 'memory';

/** A parameter with the value that it was given. */
interface CalibratedParameter extends Parameter {
  /** False for an assumption, which keeps its value. */
  readonly fitted: boolean;
}

/** A figure of the fit, simulated before and after it. */
interface CalibratedFigure {
  readonly id: FigureId;
  readonly documented: number;
  readonly before: number;
  readonly after: number;
  /** Distance from the documented value, in tolerances. */
  readonly residualBefore: number;
  readonly residualAfter: number;
}

export interface CalibrationReport {
  readonly seed: number;
  readonly replications: number;
  /** SHA-256 of the figures that were fitted to and of their values. */
  readonly figureSet: string;
  readonly parameters: readonly CalibratedParameter[];
  readonly figures: readonly CalibratedFigure[];
  readonly stages: Readonly<Record<Stage, Pick<FitResult, 'iterations' | 'converged'>>>;
}

/**
 * Steps of the finite differences, as shares of the ranges. Counts of a simulated system are whole numbers, which a small step
 * does not change; memory is smooth.
 */
const DIFFERENCES: Readonly<Record<Stage, number>> = { system: 0.08, memory: 0.001 };
const SYSTEM_AND_WORKLOAD: readonly Parameter[] = [...workloadParameters, ...systemParameters];
const MAX_ITERATIONS: Readonly<Record<Stage, number>> = { system: 8, memory: 40 };

/**
 * Fits the free numbers of the model to the documented month: least squares over all figures that are judged and not
 * held out, each in units of its tolerance. The same replications, with the same random numbers, answer for every set of values, so that differences
 * between two sets are theirs and not chance.
 *
 * @throws {AbortError} when the signal fires
 */
export async function calibrate({
  replications,
  seed,
  signal,
  onProgress,
}: CalibrateOptions): Promise<CalibrationReport> {
  const scenario = documentedScenario();
  const start = defaultValues(allParameters);
  /** Gives signals and the progress on the screen their turn. */
  const turn = async (): Promise<void> => {
    await setImmediate();
    if (signal?.aborted === true) {
      throw new AbortError(signal);
    }
  };
  const months = async (parameters: Parameters): Promise<MonthRun[]> => {
    const runs: MonthRun[] = [];
    for (let replication = 0; replication < replications; replication += 1) {
      await turn();
      runs.push(simulateMonth({ scenario, parameters, seed, replication }));
    }
    return runs;
  };
  const fitStage = (
    stage: Stage,
    from: Parameters,
    runsOf: (values: Parameters) => Promise<readonly MonthRun[]>,
  ): Promise<FitResult> =>
    fit({
      parameters: fittedParameters(stage === 'memory' ? memoryParameters : SYSTEM_AND_WORKLOAD),
      figures: figuresOf(stage),
      start: from,
      simulate: async (values) => meansOf(await runsOf(values), figuresOf(stage)),
      difference: DIFFERENCES[stage],
      maxIterations: MAX_ITERATIONS[stage],
      onIteration: (iteration, sumOfSquares) => onProgress?.({ stage, iteration, sumOfSquares }),
    });
  const before = await months(start);
  const system = await fitStage('system', start, months);
  const answered = await months(system.values);
  const memory = await fitStage('memory', system.values, async (parameters) => {
    await turn();
    return answered.map((run) => withMemory(run, scenario, parameters));
  });
  const figures = [...figuresOf('system'), ...figuresOf('memory')];
  return {
    seed,
    replications,
    figureSet: fingerprint(figures),
    parameters: allParameters.map((parameter) => ({
      ...parameter,
      value: memory.values[parameter.id] ?? parameter.value,
      fitted: parameter.figures.length > 0,
    })),
    figures: compared(figures, meansOf(before, figures), meansOf(await months(memory.values), figures)),
    stages: { system: summary(system), memory: summary(memory) },
  };
}

/** A run with the memory that other values give it; they change nothing else. */
export function withMemory(run: MonthRun, scenario: Scenario, parameters: Parameters): MonthRun {
  const memory = memoryOf({ system: run, scenario, parameters });
  const others = run.alerts.filter(({ kind }) => kind !== 'memory');
  return { ...run, memory, alerts: [...others, ...memoryAlerts(memory, scenario)] };
}

function summary({ iterations, converged }: FitResult): Pick<FitResult, 'iterations' | 'converged'> {
  return { iterations, converged };
}

/** The figures of a stage. */
export function figuresOf(stage: Stage): FigureId[] {
  return [...measures.keys()].filter(
    (id) => isFitted(id, allParameters) && isOfMemory(id) === (stage === 'memory'),
  );
}

function isOfMemory(id: FigureId): boolean {
  return id.startsWith('memory.') || id === 'alerts.memory';
}

function meansOf(runs: readonly MonthRun[], figures: readonly FigureId[]): Means {
  return new Map(
    figures.map((id) => {
      const measure = measures.get(id);
      const sum = runs.reduce((total, run) => total + (measure?.(run) ?? Number.NaN), 0);
      return [id, sum / runs.length];
    }),
  );
}

function compared(figures: readonly FigureId[], before: Means, after: Means): CalibratedFigure[] {
  return figures.map((id) => ({
    id,
    documented: documented(id),
    before: before.get(id) ?? Number.NaN,
    after: after.get(id) ?? Number.NaN,
    residualBefore: residual(id, before),
    residualAfter: residual(id, after),
  }));
}

function fingerprint(figures: readonly FigureId[]): string {
  const hash = createHash('sha256');
  for (const id of figures) {
    hash.update(`${id}=${documented(id)}\n`);
  }
  return hash.digest('hex');
}
