import { PEOPLE_PER_CLASS, USER_CLASSES } from '../population/user-class.ts';
import { MONTH_DAYS } from '../workload/periods.ts';
import type { Scenario } from './scenario.ts';

/** Days that the documented registrations took. */
const DOCUMENTED_RUSH = 2;

/** Something of a scenario that stands against another part of it. */
export interface Contradiction {
  /** Keys and list positions that lead to it. */
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

const REMEDY = 'use `counts: rates` for anything else';

/** What keeps a scenario from meeting the documented counts; nothing when it does not ask for them. */
export function documentedCountsProblems(scenario: Scenario): Contradiction[] {
  if (scenario.counts !== 'documented') {
    return [];
  }
  const problems: Contradiction[] = [];
  if (scenario.days !== MONTH_DAYS) {
    problems.push({ path: ['days'], reason: `they are known for ${MONTH_DAYS} days; ${REMEDY}.` });
  }
  for (const userClass of USER_CLASSES) {
    if (scenario.people[userClass] !== PEOPLE_PER_CLASS[userClass]) {
      problems.push({
        path: ['people', userClass],
        reason: `they are known for ${PEOPLE_PER_CLASS[userClass]} people of class ${userClass}; ${REMEDY}.`,
      });
    }
  }
  const rush = scenario.incidents.find(({ kind }) => kind === 'registration-rush');
  if (rush?.kind !== 'registration-rush' || rush.days !== DOCUMENTED_RUSH) {
    problems.push({
      path: ['incidents'],
      reason: `they contain a registration rush of ${DOCUMENTED_RUSH} days; ${REMEDY}.`,
    });
  }
  if (scenario.behaviour !== undefined && Object.keys(scenario.behaviour).length > 0) {
    problems.push({ path: ['behaviour'], reason: `they come from the documented behaviour; ${REMEDY}.` });
  }
  return problems;
}
