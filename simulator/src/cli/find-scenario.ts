import { existsSync } from 'node:fs';
import { documentedScenario } from '../scenario/documented.ts';
import { readScenarioFile } from '../scenario/read-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { DocumentedSystem } from '../systems/system.ts';
import { documentedSystems } from '../systems/systems.ts';
import { UsageError } from './terminal.ts';

/** What the command line calls the documented month. */
export const DOCUMENTED = 'documented';

/** What can be held against documented figures: a month, as documented or changed, or another documented system. */
export type Subject =
  | { readonly kind: 'month'; readonly scenario: Scenario }
  | { readonly kind: 'system'; readonly system: DocumentedSystem };

/**
 * The scenario or system that somebody asks for.
 *
 * @param wanted a name, or a scenario file
 * @throws {UsageError} when it is neither; {ScenarioError} when the file cannot be used
 */
export function findSubject(wanted: string): Subject {
  const system = documentedSystems.find(({ name }) => name === wanted);
  if (system !== undefined) {
    return { kind: 'system', system };
  }
  return { kind: 'month', scenario: findScenario(wanted) };
}

/**
 * The scenario of a month that somebody asks for.
 *
 * @throws as {@link findSubject}
 */
export function findScenario(wanted: string): Scenario {
  if (wanted === DOCUMENTED) {
    return documentedScenario();
  }
  if (!existsSync(wanted)) {
    const names = [DOCUMENTED, ...documentedSystems.map(({ name }) => name)].join(', ');
    throw new UsageError(`There is no scenario or file "${wanted}". Scenarios: ${names}.`);
  }
  return readScenarioFile(wanted);
}
