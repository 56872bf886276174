import { describe, expect, it } from 'vitest';
import { documentedFigures } from '../figures/figures.ts';
import { documentedScenario } from '../scenario/documented.ts';
import { generateTrace } from '../workload/generate.ts';
import { requestCounts } from './request-counts.ts';
import { toleranceOf } from './tolerance.ts';

describe('requestCounts', () => {
  const counts = requestCounts(
    generateTrace({ scenario: documentedScenario(), parameters: {}, seed: 3, replication: 0 }),
  );

  const ids = new Set<string>(counts.keys());
  const byId = new Map<string, number>(counts);

  it('finds every exact count of the document in the documented month', () => {
    const exact = documentedFigures.filter(
      (figure) =>
        figure.kind === 'input' && toleranceOf(figure, false).kind === 'exact' && ids.has(figure.id),
    );
    expect(exact.length).toBeGreaterThan(18);
    for (const { id, value } of exact) {
      expect(byId.get(id), id).toBe(value);
    }
  });

  it('counts the parts of a stretch up to its total', () => {
    const total = ['learner', 'browser', 'mentor', 'occasional', 'admin', 'inactive'] as const;
    const sum = total.reduce((all, role) => all + (counts.get(`requests.week-3.${role}`) ?? 0), 0);
    expect(sum).toBe(counts.get('requests.week-3'));
    const weekdays = 7 * (counts.get('requests.days-22-30.weekday') ?? 0);
    expect(weekdays + 2 * (counts.get('requests.days-22-30.weekend') ?? 0)).toBeCloseTo(4125, 6);
  });

  it('gives shares in percent and actions a person', () => {
    expect(counts.get('requests.browser.mobile')).toBeGreaterThan(55);
    expect(counts.get('requests.browser.mobile')).toBeLessThan(80);
    expect(counts.get('requests.mentor-superstar.sessions-list')).toBeGreaterThan(60);
    expect(counts.get('requests.mentor-superstar.sessions-list')).toBeLessThan(120);
  });
});
