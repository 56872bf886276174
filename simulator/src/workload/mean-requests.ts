import { createStream } from '../random/stream.ts';
import { behaviourOf } from './behaviour.ts';
import type { ClassModel } from './model.ts';
import { nodeOf, type Route } from './route.ts';
import { VisitLog } from './visit-log.ts';
import { type WalkOptions, walk } from './walk.ts';

/** Sessions walked for a mean. They belong to the model, so no run's seed enters. */
const SAMPLES = 1000;
const SAMPLE_SEED = 0;

type Model = Pick<ClassModel, 'behaviour' | 'route'>;

const ofSessions = new WeakMap<Route, number>();
const ofRegistrations = new WeakMap<Route, number>();

/** Mean requests of a registered person's session, renewals and time-outs included. Found once for each graph. */
export function meanRequests(model: Model): number {
  const { entryRegistered } = model.route;
  return kept(ofSessions, model, Array.from(entryRegistered), { registered: true });
}

/** The same of a session that begins with a registration. */
export function meanRequestsOfRegistration(model: Model): number {
  const first = nodeOf(model.route, 'register.check');
  const entry = model.behaviour.nodes.map((_, node) => (node === first ? 1 : 0));
  return kept(ofRegistrations, model, entry, { opening: [first] });
}

function kept(
  means: WeakMap<Route, number>,
  model: Model,
  entry: readonly number[],
  options: Partial<WalkOptions>,
): number {
  const mean = means.get(model.route) ?? exactLength(model, entry) * timedToUntimed(model.route, options);
  means.set(model.route, mean);
  return mean;
}

/** As the graph alone says. */
function exactLength({ behaviour }: Model, entry: readonly number[]): number {
  const whole = entry.reduce((sum, share) => sum + share, 0);
  return behaviourOf(
    behaviour.nodes,
    entry.map((share) => share / whole),
    behaviour,
  ).length;
}

/**
 * What time-outs and renewals make of a session's length. Each sample is walked with and without them on the same
 * random numbers: most are equal, so that few samples are precise (a ratio estimate with a control variate).
 */
function timedToUntimed(route: Route, options: Partial<WalkOptions>): number {
  const requests = (untimed: boolean): number => {
    const log = new VisitLog();
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const stream = createStream(SAMPLE_SEED, 'lengths', sample);
      walk(log, stream, route, { ...options, untimed, limit: Number.POSITIVE_INFINITY });
    }
    return log.requests;
  };
  return requests(false) / requests(true);
}
