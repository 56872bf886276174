import type { Parameter, Parameters } from '../calibration/parameter.ts';
import type { ComparedFigure } from './compare.ts';
import { excess } from './excess.ts';

/** What it would take to meet a figure that is missed, and what else would be missed then. */
export interface TradeOff {
  /** The figure that is missed. */
  readonly figure: string;
  /** The one fitted number that is moved for it; null when none of them changes the figure. */
  readonly moved: MovedParameter | null;
  /** The figure's mean with it, in its unit. */
  readonly reached: number;
  /** Whether the figure is within its tolerance then. If not, the parameter is where it comes nearest. */
  readonly met: boolean;
  /** Figures that are met now and would be missed. */
  readonly broken: readonly ChangedFigure[];
  /** Other figures that are missed now and would be further outside their tolerance. */
  readonly worsened: readonly ChangedFigure[];
}

interface MovedParameter {
  readonly id: string;
  readonly unit: string;
  readonly from: number;
  readonly to: number;
}

/** Means in the figure's unit, before and after. */
interface ChangedFigure {
  readonly figure: string;
  readonly before: number;
  readonly after: number;
}

/** Means of the figures by id. */
export type FigureMeans = ReadonlyMap<string, number>;

interface TradeOffProblem {
  readonly missed: ComparedFigure;
  /** All figures of the comparison. */
  readonly figures: readonly ComparedFigure[];
  /** Parameters that may be moved, one at a time. */
  readonly candidates: readonly Parameter[];
  /** Values of all parameters, as the comparison had them. */
  readonly values: Parameters;
  /** Means over a few replications, always the same ones. */
  readonly simulate: (values: Parameters) => Promise<FigureMeans>;
}

/** Simulations for one parameter besides those at its bounds. */
const STEPS = 5;
/** The figure is moved this much further than it has to be, so that it is met and not just so. */
const INSIDE = 0.05;
/** A move that overshoots by less than this share of what is needed is near enough. */
const NEAR = 0.25;
/** A figure that is missed anyway is further off when this share is added to its distance from its tolerance. */
const FURTHER = 0.1;

/**
 * Moves one parameter after the other, within its bounds and no further than it takes, until a missed figure is met, and keeps the
 * one by which the fewest other figures are missed then.
 *
 * A few replications say what a move changes: their means with it less their means without it, on the same random numbers,
 * are added to the comparison's means (common random numbers; Law, "Simulation Modeling and Analysis", 2015, 11.2).
 */
export async function tradeOff(problem: TradeOffProblem): Promise<TradeOff> {
  const { missed, values } = problem;
  const before = await problem.simulate(values);
  const moves: Move[] = [];
  for (const candidate of problem.candidates) {
    moves.push(await nearestMove(candidate, before, problem));
  }
  const [best] = moves
    .filter(({ shift }) => shift !== 0)
    .sort(
      (one, other) =>
        Number(other.met) - Number(one.met) ||
        (one.met ? 0 : Math.abs(one.excess) - Math.abs(other.excess)) ||
        one.broken.length - other.broken.length ||
        one.worsened.length - other.worsened.length ||
        one.share - other.share,
    );
  if (best === undefined) {
    const reached = missed.simulated ?? 0;
    return { figure: missed.id, moved: null, reached, met: false, broken: [], worsened: [] };
  }
  const { id, unit, value } = best.parameter;
  return {
    figure: missed.id,
    moved: { id, unit, from: values[id] ?? value, to: best.to },
    reached: (missed.simulated ?? 0) + best.shift,
    met: best.met,
    broken: best.broken,
    worsened: best.worsened,
  };
}

/** A parameter at another value. */
interface Move {
  readonly parameter: Parameter;
  readonly to: number;
  /** How far it is moved, as a share of its range. */
  readonly share: number;
  /** What it adds to the missed figure, and what is then left of the distance from its tolerance. */
  readonly shift: number;
  readonly excess: number;
  readonly met: boolean;
  readonly broken: readonly ChangedFigure[];
  readonly worsened: readonly ChangedFigure[];
}

/** The smallest move of a parameter that meets the figure, or the one that comes nearest. */
async function nearestMove(
  parameter: Parameter,
  before: FigureMeans,
  problem: TradeOffProblem,
): Promise<Move> {
  const { missed, values, simulate } = problem;
  const { id, lower, upper } = parameter;
  const from = values[id] ?? parameter.value;
  const needed = -(1 + INSIDE) * excess(missed);
  const moveTo = async (to: number): Promise<Move> => {
    const after = to === from ? before : await simulate({ ...values, [id]: to });
    return describe(parameter, Math.abs(to - from) / (upper - lower), to, before, after, problem);
  };
  const ends = [await moveTo(lower), await moveTo(upper)];
  const tried = [...ends];
  for (const end of ends.filter(({ shift }) => shift / needed >= 1)) {
    // Between these the figure passes what is needed: false position, and halves where that does not help (Dowell and Jarratt 1971).
    let near = { to: from, shift: 0 };
    let far: Pick<Move, 'to' | 'shift'> = end;
    for (let step = 0; step < STEPS; step += 1) {
      const share = step % 2 === 0 ? (needed - near.shift) / (far.shift - near.shift) : 1 / 2;
      const move = await moveTo(near.to + share * (far.to - near.to));
      tried.push(move);
      const reached = move.shift / needed;
      if (reached >= 1) {
        far = move;
      } else {
        near = move;
      }
      if (move.met && reached <= 1 + NEAR) {
        break;
      }
    }
  }
  const met = tried.filter((move) => move.met);
  const [nearest] =
    met.length > 0
      ? met.sort((one, other) => one.share - other.share)
      : tried.sort((one, other) => Math.abs(one.excess) - Math.abs(other.excess));
  return nearest ?? moveTo(from);
}

function describe(
  parameter: Parameter,
  share: number,
  to: number,
  before: FigureMeans,
  after: FigureMeans,
  { missed, figures }: TradeOffProblem,
): Move {
  const shiftOf = ({ id }: ComparedFigure): number => (after.get(id) ?? 0) - (before.get(id) ?? 0);
  const shift = shiftOf(missed);
  const left = excess(missed, shift);
  const changed = (figure: ComparedFigure): ChangedFigure => {
    const mean = figure.simulated ?? 0;
    return { figure: figure.id, before: mean, after: mean + shiftOf(figure) };
  };
  const broken = figures.filter(
    (figure) => figure.verdict === 'met' && excess(figure, shiftOf(figure)) !== 0,
  );
  const worsened = figures.filter(
    (figure) =>
      figure.verdict === 'missed' &&
      figure !== missed &&
      Math.abs(excess(figure, shiftOf(figure))) > (1 + FURTHER) * Math.abs(excess(figure)),
  );
  return {
    parameter,
    to,
    share,
    shift,
    excess: left,
    met: left === 0,
    broken: broken.map(changed),
    worsened: worsened.map(changed),
  };
}
