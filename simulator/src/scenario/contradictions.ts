import { parseStart, StartDateError } from '../workload/calendar.ts';
import { type Contradiction, documentedCountsProblems } from './documented-counts.ts';
import { graphProblems } from './graph-problems.ts';
import type { ClassBehaviour, DayTime, Incident, Scenario } from './scenario.ts';

const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR;
/** Kinds of incidents of which a run has one at most. */
const SINGLE: readonly Incident['kind'][] = ['registration-rush', 'upload-burst'];

/** What of a scenario stands against another part of it. Its parts alone are as they should be. */
export function contradictions(scenario: Scenario): Contradiction[] {
  return [
    ...documentedCountsProblems(scenario).map(({ path, reason }) => ({
      path,
      reason: `stands against \`counts: documented\`: ${reason}`,
    })),
    ...scenario.incidents.flatMap((incident, index) =>
      incidentProblems(incident, scenario.days).map(({ path, reason }) => ({
        path: ['incidents', index, ...path],
        reason,
      })),
    ),
    ...repeatedIncidents(scenario.incidents),
  ];
}

/** What is wrong with a start date alone. */
export function startProblem(start: string): string | undefined {
  try {
    parseStart(start);
    return undefined;
  } catch (error) {
    if (error instanceof StartDateError) {
      return `cannot be the first day: ${error.message}`;
    }
    throw error;
  }
}

/** What is wrong with one class's behaviour alone. */
export function behaviourProblems({ graph, pagesPerSession }: ClassBehaviour): Contradiction[] {
  if (graph === undefined) {
    return [];
  }
  return [
    ...(pagesPerSession === undefined
      ? []
      : [{ path: ['pagesPerSession'], reason: 'stands against the graph, which decides it; leave one out' }]),
    ...graphProblems(graph).map(({ path, reason }) => ({ path: ['graph', ...path], reason })),
  ];
}

/** What is wrong with an incident in a run of so many days. */
function incidentProblems(incident: Incident, days: number): Contradiction[] {
  switch (incident.kind) {
    case 'registration-rush':
      return incident.days > days
        ? [{ path: ['days'], reason: `is longer than the run of ${days} days` }]
        : [];
    case 'leak':
      return [
        ...outsideRun(incident.from, ['from'], days),
        ...outsideRun(incident.until, ['until'], days),
        ...(minutesOf(incident.until) <= minutesOf(incident.from)
          ? [{ path: ['until'], reason: 'must be after `from`' }]
          : []),
      ];
    case 'upload-burst':
      return [
        ...outsideRun(incident.at, ['at'], days),
        ...(minutesOf(incident.at) - incident.minutes < (incident.at.day - 1) * MINUTES_PER_DAY
          ? [{ path: ['minutes'], reason: 'reaches back beyond the midnight before `at`' }]
          : []),
      ];
    default:
      return outsideRun(incident.at, ['at'], days);
  }
}

function outsideRun({ day }: DayTime, path: readonly string[], days: number): Contradiction[] {
  return day > days ? [{ path: [...path, 'day'], reason: `is day ${day} of a run of ${days} days` }] : [];
}

/** Minutes since the run's first midnight. */
function minutesOf({ day, time }: DayTime): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (day - 1) * MINUTES_PER_DAY + hours * MINUTES_PER_HOUR + minutes;
}

function repeatedIncidents(incidents: readonly Incident[]): Contradiction[] {
  return incidents.flatMap((incident, index) => {
    const earlier = incidents.slice(0, index);
    if (SINGLE.includes(incident.kind) && earlier.some(({ kind }) => kind === incident.kind)) {
      return [
        { path: ['incidents', index], reason: `is the second ${incident.kind}; a run has one at most` },
      ];
    }
    const known =
      incident.kind === 'leak' && earlier.some((one) => one.kind === 'leak' && one.name === incident.name);
    return known ? [{ path: ['incidents', index, 'name'], reason: 'is the name of another leak' }] : [];
  });
}
