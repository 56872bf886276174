import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { behaviourProblems, contradictions, startProblem } from './contradictions.ts';
import { documentedScenario } from './documented.ts';
import type { Contradiction } from './documented-counts.ts';
import { show } from './quantity.ts';
import type { ClassBehaviour, Incident, Scenario } from './scenario.ts';
import { ScenarioError, type ScenarioProblem } from './scenario-error.ts';
import { INCIDENT_KINDS, PARTS, suggestion } from './schema.ts';
import { type Path, Source } from './source.ts';

/** The keys of a scenario file; all are needed, `behaviour` excepted, where it extends nothing. */
const NEEDED = ['name', 'start', 'days', 'counts', 'people', 'incidents', 'server'] as const;
const KEYS: readonly string[] = [...NEEDED, 'behaviour', 'extends', 'without'];
/** What a file can extend. */
const DOCUMENTED = 'documented';
/** Parts of which a file that extends gives single entries, in place of the part. */
const MERGED = ['people', 'server'] as const;

/**
 * Reads a scenario file: YAML or JSON with the keys of {@link Scenario}. With `extends: documented` everything that the
 * file does not give is as in the documented month, without the incidents of the kinds that `without` lists.
 *
 * @throws {ScenarioError} with everything that is wrong, and where
 * @throws the system's error when the file cannot be opened
 */
export function readScenarioFile(file: string): Scenario {
  return readScenario(readFileSync(file, 'utf8'), file);
}

/**
 * The same for a file's text.
 *
 * @param file how it is called in messages
 * @throws {ScenarioError} with everything that is wrong, and where
 */
export function readScenario(text: string, file = 'scenario'): Scenario {
  const reading = new Reading(new Source(text));
  const scenario = reading.scenario();
  if (scenario === undefined || reading.problems.length > 0) {
    throw new ScenarioError(file, reading.problems);
  }
  return scenario;
}

/** Reads part after part, and goes on after one that is wrong. */
class Reading {
  readonly problems: ScenarioProblem[];
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
    this.problems = [...source.problems];
  }

  scenario(): Scenario | undefined {
    const { value } = this.#source;
    if (!isRecord(value)) {
      if (this.problems.length === 0) {
        this.#report([], `must hold the keys ${KEYS.join(', ')}, and is ${show(value)}`);
      }
      return undefined;
    }
    for (const key of Object.keys(value).filter((one) => !KEYS.includes(one))) {
      this.#report([key], `is no known key${suggestion(key, KEYS)}`, 'key');
    }
    return this.#complete(this.#merged(value));
  }

  /** The file's parts over those that it extends. */
  #merged(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
    if (value['extends'] === undefined) {
      for (const key of NEEDED.filter((one) => value[one] === undefined)) {
        this.#report([key], 'is missing; give it, or begin with `extends: documented`');
      }
      if (value['without'] !== undefined) {
        this.#report(['without'], 'leaves out of what is extended, and nothing is', 'key');
      }
      return { ...value };
    }
    if (value['extends'] !== DOCUMENTED) {
      this.#report(['extends'], `must be ${DOCUMENTED}, and is ${show(value['extends'])}`);
    }
    const base = documentedScenario();
    const without = this.#withoutKinds(value['without']);
    const merged: Record<string, unknown> = {
      ...base,
      incidents: base.incidents.filter(({ kind }) => !without.includes(kind)),
      ...value,
    };
    for (const key of MERGED) {
      const given = value[key];
      merged[key] = isRecord(given) ? { ...base[key], ...given } : (given ?? base[key]);
    }
    return merged;
  }

  #withoutKinds(without: unknown): readonly unknown[] {
    const kinds: readonly unknown[] = Array.isArray(without)
      ? without
      : without === undefined
        ? []
        : [without];
    for (const [index, kind] of kinds.entries()) {
      if (!INCIDENT_KINDS.some((known) => known === kind)) {
        this.#report(
          ['without', index],
          `is no known kind of incident${suggestion(String(kind), INCIDENT_KINDS)}`,
        );
      }
    }
    return kinds;
  }

  #complete(value: Readonly<Record<string, unknown>>): Scenario | undefined {
    const name = this.#part(PARTS.name, value, 'name');
    const start = this.#part(PARTS.start, value, 'start');
    const days = this.#part(PARTS.days, value, 'days');
    const counts = this.#part(PARTS.counts, value, 'counts');
    const people = this.#part(PARTS.people, value, 'people');
    const server = this.#part(PARTS.server, value, 'server');
    const incidents = this.#incidents(value);
    const behaviour = this.#behaviour(value['behaviour']);
    const problem = start === undefined ? undefined : startProblem(start);
    if (problem !== undefined) {
      this.#report(['start'], problem);
    }
    if (
      name === undefined ||
      start === undefined ||
      days === undefined ||
      counts === undefined ||
      people === undefined ||
      incidents === undefined ||
      server === undefined
    ) {
      return undefined;
    }
    const scenario = {
      name,
      start,
      days,
      counts,
      people,
      incidents,
      server,
      ...(behaviour && { behaviour }),
    };
    this.#reportAll([], contradictions(scenario));
    return scenario;
  }

  /** Nothing when one of them is wrong. */
  #incidents(value: Readonly<Record<string, unknown>>): Incident[] | undefined {
    const listed = this.#part(PARTS.incidents, value, 'incidents');
    const read = listed?.flatMap(
      (incident, index) => this.#read(PARTS.incident, incident, ['incidents', index]) ?? [],
    );
    return read?.length === listed?.length ? read : undefined;
  }

  #behaviour(value: unknown): Scenario['behaviour'] {
    if (value === undefined) {
      return undefined;
    }
    if (!isRecord(value)) {
      this.#report(['behaviour'], `must hold classes, and is ${show(value)}`);
      return undefined;
    }
    const behaviour: Partial<Record<UserClass, ClassBehaviour>> = {};
    for (const key of Object.keys(value)) {
      const userClass = USER_CLASSES.find((known) => known === key);
      if (userClass === undefined) {
        this.#report(['behaviour', key], `is no known class${suggestion(key, USER_CLASSES)}`, 'key');
        continue;
      }
      const read = this.#read(PARTS.classBehaviour, value[key], ['behaviour', key]);
      if (read !== undefined) {
        this.#reportAll(['behaviour', key], behaviourProblems(read));
        behaviour[userClass] = read;
      }
    }
    return behaviour;
  }

  /** A part of the top; nothing when it is missing, which is reported elsewhere, or wrong. */
  #part<Part>(
    schema: z.ZodType<Part>,
    value: Readonly<Record<string, unknown>>,
    key: string,
  ): Part | undefined {
    return value[key] === undefined ? undefined : this.#read(schema, value[key], [key]);
  }

  #read<Part>(schema: z.ZodType<Part>, value: unknown, path: Path): Part | undefined {
    const result = schema.safeParse(value);
    if (result.success) {
      return result.data;
    }
    for (const issue of result.error.issues) {
      this.#reportIssue(issue, [...path, ...issue.path]);
    }
    return undefined;
  }

  #reportIssue(issue: z.core.$ZodIssue, path: Path): void {
    if (issue.code === 'unrecognized_keys') {
      const reasons = issue.message.split('\n');
      for (const [index, key] of issue.keys.entries()) {
        this.#report([...path, key], reasons[index] ?? issue.message, 'key');
      }
    } else if (issue.code === 'invalid_key') {
      this.#report(path, issue.issues[0]?.message ?? issue.message, 'key');
    } else {
      this.#report(path, issue.message);
    }
  }

  #reportAll(path: Path, problems: readonly Contradiction[]): void {
    for (const problem of problems) {
      this.#report([...path, ...problem.path], problem.reason);
    }
  }

  #report(path: Path, reason: string, place: 'value' | 'key' = 'value'): void {
    this.problems.push(this.#source.problem(path, reason, place));
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
