import { describe, expect, it } from 'vitest';
import { calibratedParameters } from '../calibration/parameters.ts';
import { simulateMonth } from '../run/simulate-month.ts';
import { documentedScenario } from '../scenario/documented.ts';
import { type ComparedFigure, compare } from './compare.ts';
import { explainMonth } from './explain-month.ts';
import { figuresOfMonth, monthFigures, toleranceOfMonth } from './month-figures.ts';

const scenario = documentedScenario();
const seed = 2;
/** The system needs much more than the document says. */
const WRONG_MB = 100;
const right = calibratedParameters();
const wrong = { ...right, 'memory.system.base': (right['memory.system.base'] ?? 0) + WRONG_MB };

/** Some figures of one replication, held against the document. */
function compared(parameters: typeof right, ids: readonly string[]): ComparedFigure[] {
  const values = monthFigures(simulateMonth({ scenario, parameters, seed, replication: 0 }));
  return compare({
    figures: figuresOfMonth().filter(({ id }) => ids.includes(id)),
    values: new Map([...values].map(([id, value]) => [id, [value, value]])),
    tolerance: toleranceOfMonth,
    isHeldOut: () => false,
  });
}

describe('explainMonth', () => {
  it('moves a wrong number of the memory back, until its figure is met', async () => {
    const figures = compared(wrong, ['memory.week-4.services', 'requests.week-2']);
    const [found, ...others] = await explainMonth({ figures, scenario, parameters: wrong, seed });
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      figure: 'memory.week-4.services',
      met: true,
      moved: { id: 'memory.system.base', unit: 'MB', from: wrong['memory.system.base'] },
      broken: [],
    });
    expect(found?.moved?.to).toBeLessThan(wrong['memory.system.base']);
  });

  it('has nothing to say when nothing is missed', async () => {
    const figures = compared(right, ['requests.week-2']);
    expect(await explainMonth({ figures, scenario, parameters: right, seed })).toEqual([]);
  });

  it('ends between two replications when its signal fires', async () => {
    const interrupt = new AbortController();
    const figures = compared(wrong, ['memory.week-4.services']);
    const running = explainMonth({ figures, scenario, parameters: wrong, seed, signal: interrupt.signal });
    interrupt.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });
});
