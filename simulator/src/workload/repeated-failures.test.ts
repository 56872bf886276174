import { describe, expect, it } from 'vitest';
import { USER_CLASSES } from '../population/user-class.ts';
import { createStream } from '../random/stream.ts';
import { behaviourOf } from './behaviour.ts';
import { ACTIONS } from './endpoints.ts';
import { workloadModel } from './model.ts';
import { withRepeatedFailures } from './repeated-failures.ts';
import { routeOf } from './route.ts';
import { VisitLog } from './visit-log.ts';
import { walk } from './walk.ts';

const { steady } = workloadModel().classes;
const behaviourOfClass = (userClass: (typeof USER_CLASSES)[number]) => {
  const model = steady[USER_CLASSES.indexOf(userClass)];
  if (model === undefined) {
    throw new RangeError(`No model of ${userClass}.`);
  }
  return model.behaviour;
};

describe('withRepeatedFailures', () => {
  it('keeps how many failures and requests a session is expected to have', () => {
    for (const { userClass, behaviour } of steady) {
      const { nodes, entry } = withRepeatedFailures(behaviour, 0.5);
      const { visits, length } = behaviourOf(nodes, entry, behaviour);
      const failures = (visits.get('login.failed') ?? 0) / (behaviour.visits.get('login.failed') ?? 1);
      // A little more than before: nobody gives up after the first request, and more of the failures are not the first.
      expect(Math.abs(failures - 1), userClass).toBeLessThan(0.05);
      expect(Math.abs(length / behaviour.length - 1), userClass).toBeLessThan(0.02);
    }
  });

  it('makes each failure be followed by another with the given probability', () => {
    const route = routeOf(withRepeatedFailures(behaviourOfClass('learner-regular'), 0.6));
    const log = new VisitLog();
    const stream = createStream(1, 'test');
    for (let visit = 0; visit < 40_000; visit += 1) {
      walk(log, stream, route, { limit: 1000, untimed: true });
    }
    const failed = ACTIONS.indexOf('login.failed');
    let failures = 0;
    let again = 0;
    for (let visit = 0; visit < log.visits; visit += 1) {
      const actions = log.action.subarray(log.from[visit], log.from[visit + 1]);
      // After the first request of a session the bounce decides, not the graph.
      for (let index = 1; index < actions.length; index += 1) {
        failures += actions[index] === failed ? 1 : 0;
        again += actions[index] === failed && actions[index + 1] === failed ? 1 : 0;
      }
    }
    expect(failures).toBeGreaterThan(1000);
    expect(Math.abs(again / failures - 0.6)).toBeLessThan(2.576 * Math.sqrt((0.6 * 0.4) / failures));
  });
});
