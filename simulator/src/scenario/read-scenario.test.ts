import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentedScenario } from './documented.ts';
import { readScenario, readScenarioFile } from './read-scenario.ts';
import { ScenarioError, type ScenarioProblem } from './scenario-error.ts';

const scenarioFile = (name: string): string =>
  new URL(`../../scenarios/${name}.yaml`, import.meta.url).pathname;

/** What is wrong with a text, as `path reason`. */
function problemsOf(text: string): readonly ScenarioProblem[] {
  try {
    readScenario(text);
  } catch (error) {
    if (error instanceof ScenarioError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

const said = (text: string): string[] => problemsOf(text).map(({ path, reason }) => `${path}: ${reason}`);

const LEAK = 'kind: leak, name: a, from: { day: 1, time: 00:00 }, until: { day: 2, time: 00:00 }';

describe('readScenarioFile', () => {
  it('reads the documented month as it is built in', () => {
    expect(readScenarioFile(scenarioFile('documented'))).toEqual(documentedScenario());
  });

  it('changes what a file that extends gives, and nothing else', () => {
    const { people, counts, ...rest } = readScenarioFile(scenarioFile('population-120'));
    const { people: documentedPeople, counts: _, ...documentedRest } = documentedScenario();
    expect(Object.values(people)).toEqual(Object.values(documentedPeople).map((number) => 2 * number));
    expect(counts).toBe('rates');
    expect({ ...rest, name: 'documented' }).toEqual(documentedRest);
    const tight = readScenarioFile(scenarioFile('without-leaks'));
    expect(tight.incidents).toEqual(documentedScenario().incidents.filter(({ kind }) => kind !== 'leak'));
  });

  it('reads JSON too', () => {
    const json = JSON.stringify({ extends: 'documented', name: 'json', server: { memoryGb: 8 } });
    expect(readScenario(json)).toEqual({
      ...documentedScenario(),
      name: 'json',
      server: { ...documentedScenario().server, memoryGb: 8 },
    });
  });

  it('says which file could not be opened', () => {
    expect(() => readScenarioFile('/nowhere/scenario.yaml')).toThrow(/nowhere/);
  });
});

describe('readScenario refuses, with the place and the reason,', () => {
  it('an unknown class, with a suggestion', () => {
    const text = 'extends: documented\ncounts: rates\npeople:\n  browsers: 30\n';
    expect(problemsOf(text)).toEqual([
      { path: 'people.browsers', line: 4, column: 3, reason: 'is no known key; did you mean "browser"?' },
    ]);
    expect(said('extends: documented\ncounts: rates\nbehaviour: { admn: {} }')).toEqual([
      'behaviour.admn: is no known class; did you mean "admin"?',
    ]);
  });

  it('rates and numbers that are negative, not finite or no numbers', () => {
    const text = (rate: string): string =>
      `extends: documented\ncounts: rates\nbehaviour:\n  browser:\n    sessionsPerMonth: ${rate}\n`;
    for (const [rate, reason] of [
      ['-1', /must not be negative, and is -1/],
      ['.nan', /finite number, and is NaN/],
      ['.inf', /finite number, and is Infinity/],
      ['many', /must be a number of sessions, and is "many"/],
    ] as const) {
      expect(problemsOf(text(rate))).toEqual([
        {
          path: 'behaviour.browser.sessionsPerMonth',
          line: 5,
          column: 23,
          reason: expect.stringMatching(reason),
        },
      ]);
    }
    expect(said(`extends: documented\ndays: 0.5`)).toEqual([expect.stringMatching(/at least 1, and is 0.5/)]);
  });

  it('a graph that a session can never leave', () => {
    const text = [
      'extends: documented',
      'counts: rates',
      'behaviour:',
      '  browser:',
      '    graph:',
      '      start: { courses.list: 0.9, mentors.list: 0.1 }',
      '      mentors.list: { end: 1 }',
      '      courses.list: { course.detail: 1 }',
      '      course.detail: { courses.list: 1 }',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      {
        path: 'behaviour.browser.graph["courses.list"]',
        line: 8,
        column: 21,
        reason: 'never ends a session that comes here: no way out of courses.list, course.detail',
      },
    ]);
  });

  it('graphs that cannot be walked for other reasons', () => {
    const graph = (rows: string): string[] =>
      said(`extends: documented\ncounts: rates\nbehaviour: { browser: { graph: { ${rows} } } }`);
    expect(graph('courses.list: { end: 1 }')).toEqual([expect.stringMatching(/has no row `start`/)]);
    expect(graph('start: { courses.list: 0.5 }, courses.list: { end: 1 }')).toEqual([
      expect.stringMatching(/graph.start: must add up to 1, and adds up to 0.5/),
    ]);
    expect(graph('start: { courses.list: 1 }')).toEqual([
      expect.stringMatching(/courses.list, which has no row/),
    ]);
    expect(graph('start: { proof: 1 }, proof: { end: 1 }')).toEqual([
      expect.stringMatching(/proof without a log-in/),
    ]);
    expect(graph('start: { curses.list: 1 }')).toEqual([
      expect.stringMatching(/is no known key; did you mean "courses.list"/),
    ]);
    expect(graph('start: { courses.list: .nan }')).toEqual([
      expect.stringMatching(/finite number, and is NaN/),
    ]);
  });

  it('incidents on days that the run does not have, in the wrong order, or twice', () => {
    expect(said(`extends: documented\ncounts: rates\ndays: 10\n`)).toEqual(
      expect.arrayContaining(['incidents[3].at.day: is day 12 of a run of 10 days']),
    );
    const incidents = (list: string): string[] =>
      said(`extends: documented\ncounts: rates\nincidents: [${list}]`);
    expect(incidents(`{ ${LEAK}, perRequest: 1 }, { ${LEAK}, perRequest: 1 }`)).toEqual([
      'incidents[1].name: is the name of another leak',
    ]);
    expect(incidents(`{ ${LEAK.replace('day: 2', 'day: 1')}, perRequest: 1 }`)).toEqual([
      'incidents[0].until: must be after `from`',
    ]);
    expect(incidents('{ kind: leek }')).toEqual([expect.stringMatching(/did you mean "leak"/)]);
  });

  it('unknown tunings and wrong units', () => {
    const tuning = (rest: string): string[] =>
      said(
        `extends: documented\ncounts: rates\nincidents: [{ kind: tuning, at: { day: 1, time: 10:00 }, ${rest} }]`,
      );
    expect(tuning('setting: query-cash, value: 1')).toEqual([
      expect.stringMatching(/did you mean "query-cache"/),
    ]);
    expect(tuning('setting: query-cache, value: 1 GB')).toEqual([
      'incidents[0].value: is in MB, and is given in GB',
    ]);
    expect(tuning('setting: garbage-collection, value: 22')).toEqual([expect.stringMatching(/at most 1/)]);
    expect(said(`extends: documented\nserver: { memoryGb: 4096 MB }`)).toEqual([
      'server.memoryGb: is in GB, and is given in MB',
    ]);
  });

  it('documented counts of what was not documented', () => {
    expect(said('extends: documented\npeople: { browser: 50 }')).toEqual([
      expect.stringMatching(/^people.browser: .*counts: rates/),
    ]);
  });

  it('everything at once', () => {
    const found = problemsOf(
      `extends: documentd\nstart: 2025-09-02\ncounts: some\nservr: {}\npeople: { admin: -1 }\nwithout: [leaks]\nincidents: 3\n`,
    );
    expect(found.map(({ path }) => path).toSorted()).toEqual(
      ['counts', 'extends', 'incidents', 'people.admin', 'servr', 'start', 'without[0]'].toSorted(),
    );
    expect(new Set(found.map(({ line }) => line)).size).toBe(7);
  });

  it('what is no scenario, and what is missing from one', () => {
    expect(said('')).toEqual([expect.stringMatching(/must hold the keys/)]);
    expect(said('- 1')).toEqual([expect.stringMatching(/must hold the keys/)]);
    expect(said('name: [')).toEqual([expect.stringMatching(/cannot be read/)]);
    const whole = readFileSync(scenarioFile('documented'), 'utf8');
    expect(said(whole.replace('days: 30\n', ''))).toEqual([expect.stringMatching(/^days: is missing/)]);
    expect(said(whole.replace('  cores: 6\n', ''))).toEqual([
      expect.stringMatching(/^server.cores: is missing/),
    ]);
  });

  it('names that only every object has', () => {
    expect(said('extends: documented\ncounts: rates\npeople: { toString: 3 }')).toEqual([
      expect.stringMatching(/people.toString: is no known key/),
    ]);
    expect(said('extends: documented\n__proto__: { days: 3 }')).toEqual([
      expect.stringMatching(/__proto__: is no known key/),
    ]);
  });
});
