import { setImmediate } from 'node:timers/promises';
import { withMemory } from '../calibration/calibrate.ts';
import type { Parameter, Parameters } from '../calibration/parameter.ts';
import { allParameters, fittedParameters } from '../calibration/parameters.ts';
import { type Progress, ProgressCounter } from '../replications/progress.ts';
import { AbortError } from '../replications/run-replications.ts';
import type { MonthRun } from '../run/month-run.ts';
import { simulateMonth } from '../run/simulate-month.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ComparedFigure } from './compare.ts';
import { excess } from './excess.ts';
import { monthFigures } from './month-figures.ts';
import { type FigureMeans, type TradeOff, tradeOff } from './trade-off.ts';

interface ExplainOptions {
  readonly figures: readonly ComparedFigure[];
  readonly scenario: Scenario;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Replications for each set of values, the first of the comparison's. Differences between sets need few. */
const REPLICATIONS = 4;
/** Replications that tell which other parameters change a figure most, and how many of them are then looked at. */
const SCREENING = 1;
const SCREENED = 2;
const MEMORY = 'memory.';
const FITTED = fittedParameters(allParameters);

/**
 * For every missed figure of a month, what meeting it would take and cost. A figure's own parameters are moved; where none of
 * them can meet it, or it has none, also those that change it most.
 *
 * @throws {AbortError} when the signal fires, between two replications
 */
export async function explainMonth(options: ExplainOptions): Promise<TradeOff[]> {
  const { figures, parameters: values } = options;
  const missed = figures.filter(({ verdict }) => verdict === 'missed');
  const progress = new ProgressCounter(missed.length, options.onProgress);
  const months = new Months(options);
  const found: TradeOff[] = [];
  for (const figure of missed) {
    const simulate = (moved: Parameters): Promise<FigureMeans> => months.means(moved, REPLICATIONS);
    const byMoving = (candidates: readonly Parameter[]): Promise<TradeOff> =>
      tradeOff({ missed: figure, figures, candidates, values, simulate });
    const own = FITTED.filter((parameter) => parameter.figures.some((id) => id === figure.id));
    const byOwn = await byMoving(own);
    found.push(
      byOwn.met ? byOwn : await byMoving([...own, ...(await strongest(figure, own, values, months))]),
    );
    progress.countOne();
  }
  return found;
}

/** Other parameters than a figure's own that change it most. */
async function strongest(
  missed: ComparedFigure,
  own: readonly Parameter[],
  values: Parameters,
  months: Months,
): Promise<readonly Parameter[]> {
  const ofMemory = isOfMemory(missed.id);
  const others = FITTED.filter(
    (parameter) => isOfMemory(parameter.id) === ofMemory && !own.includes(parameter),
  );
  const figureAt = async (moved: Parameters): Promise<number> =>
    (await months.means(moved, SCREENING)).get(missed.id) ?? 0;
  const before = await figureAt(values);
  const needed = -excess(missed);
  const effects: { readonly parameter: Parameter; readonly effect: number }[] = [];
  for (const parameter of others) {
    const { id, lower, upper } = parameter;
    const low = await figureAt({ ...values, [id]: lower });
    const high = await figureAt({ ...values, [id]: upper });
    effects.push({ parameter, effect: Math.max((low - before) / needed, (high - before) / needed) });
  }
  return effects
    .filter(({ effect }) => effect > 0)
    .sort((one, other) => other.effect - one.effect)
    .slice(0, SCREENED)
    .map(({ parameter }) => parameter);
}

/** Figures and parameters that only the memory decides. */
function isOfMemory(id: string): boolean {
  return id.startsWith(MEMORY) || id === 'alerts.memory';
}

/** Replications of a month with other values, each set of them simulated once. */
class Months {
  readonly #options: ExplainOptions;
  /** Of each replication the run with the comparison's values: memory can be asked of it again. */
  readonly #unmoved: MonthRun[] = [];
  readonly #known = new Map<string, FigureMeans>();

  constructor(options: ExplainOptions) {
    this.#options = options;
  }

  /** Means of the figures over the first replications. */
  async means(values: Parameters, replications: number): Promise<FigureMeans> {
    const moved = Object.entries(values).filter(([id, value]) => value !== this.#options.parameters[id]);
    const key = JSON.stringify([replications, moved]);
    const known = this.#known.get(key);
    if (known !== undefined) {
      return known;
    }
    const sums = new Map<string, number>();
    const memoryOnly = moved.every(([id]) => id.startsWith(MEMORY));
    for (let replication = 0; replication < replications; replication += 1) {
      const run = memoryOnly
        ? withMemory(await this.#base(replication), this.#options.scenario, values)
        : await this.#simulate(values, replication);
      for (const [id, value] of monthFigures(run)) {
        sums.set(id, (sums.get(id) ?? 0) + value / replications);
      }
    }
    this.#known.set(key, sums);
    return sums;
  }

  async #base(replication: number): Promise<MonthRun> {
    const known = this.#unmoved[replication];
    if (known !== undefined) {
      await this.#turn();
      return known;
    }
    const run = await this.#simulate(this.#options.parameters, replication);
    this.#unmoved[replication] = run;
    return run;
  }

  async #simulate(parameters: Parameters, replication: number): Promise<MonthRun> {
    await this.#turn();
    const { scenario, seed } = this.#options;
    return simulateMonth({ scenario, parameters, seed, replication });
  }

  /** Gives signals and the progress on the screen their turn. */
  async #turn(): Promise<void> {
    await setImmediate();
    const { signal } = this.#options;
    if (signal?.aborted === true) {
      throw new AbortError(signal);
    }
  }
}
