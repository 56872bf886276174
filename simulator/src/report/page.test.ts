import { beforeAll, describe, expect, it } from 'vitest';
import { allParameters, defaultValues } from '../calibration/parameters.ts';
import { documentedScenario } from '../scenario/documented.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type MonthValidation, validateMonth } from '../validation/validate.ts';
import { documentedInstants } from './memory-marks.ts';
import { reportPage } from './page.ts';

const HOSTILE = `</script><script>window.hit = 1</script><img src=x onerror="window.hit = 1">&'"`;
const MOST_BYTES = 600_000;
const CHARTS = ['memory', 'state', 'alerts', 'days', 'hours', 'heat', 'latency'];
const scenario: Scenario = { ...documentedScenario(), name: HOSTILE };

/** Elements of a page that are opened and closed; those without an end, and SVG's that end themselves, are left out. */
function unclosed(page: string): string[] {
  const VOID = new Set(['meta', 'br', 'img', 'input', 'link', '!doctype']);
  const withoutCode = page.replaceAll(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '');
  const open: string[] = [];
  for (const [, end, name, rest] of withoutCode.matchAll(/<(\/?)([a-z!][a-z0-9]*)((?:"[^"]*"|[^>"])*)>/gi)) {
    const tag = (name ?? '').toLowerCase();
    if (VOID.has(tag) || rest?.endsWith('/')) {
      continue;
    }
    if (end === '') {
      open.push(tag);
    } else if (open.pop() !== tag) {
      return [...open, `/${tag}`];
    }
  }
  return open;
}

describe('the report page', () => {
  let validation: MonthValidation;
  const pages = new Map<string, string>();
  beforeAll(async () => {
    validation = await validateMonth({
      scenario,
      parameters: defaultValues(allParameters),
      seed: 2,
      instants: documentedInstants().map(({ at }) => at),
      replications: 2,
      workers: 1,
    });
    const { report, series, routes } = validation;
    for (const language of ['en', 'id'] as const) {
      pages.set(
        language,
        reportPage(report, series === null ? undefined : { scenario, series, routes }, language),
      );
    }
  });
  const pageIn = (language: string): string => pages.get(language) ?? '';

  it('refers to nothing outside itself', () => {
    for (const page of pages.values()) {
      expect(page).not.toMatch(/\b(src|href|action|data|poster)\s*=\s*["']?\s*(https?:|\/\/|\/)/i);
      expect(page).not.toMatch(/@import|url\(\s*["']?(?!data:)[a-z/]|<link\b|<iframe\b/i);
      expect(page).not.toMatch(/\b(fetch|XMLHttpRequest|importScripts|WebSocket)\s*\(/);
    }
  });

  it('takes a name for what it is, whatever it looks like', () => {
    for (const page of pages.values()) {
      expect(page).not.toContain('<script>window.hit');
      expect(page).not.toContain('<img src=x');
      expect(page.match(/<script\b/g)).toHaveLength(3);
    }
  });

  it('closes what it opens', () => {
    for (const page of pages.values()) {
      expect(unclosed(page)).toEqual([]);
    }
  });

  it('is small, with every peak of the memory in it', () => {
    const page = pageIn('en');
    expect(page.length).toBeLessThan(MOST_BYTES);
    const json = /<script type="application\/json" id="chart-data">([\s\S]*?)<\/script>/.exec(page)?.[1];
    const data: unknown = JSON.parse(json ?? '');
    expect(data).toMatchObject({
      memory: { names: ['application', 'database', 'cache', 'sessions', 'file buffers', 'system'] },
      days: { documented: expect.arrayContaining([523]) },
    });
  });

  it('shows every simulated figure with its verdict, in both languages', () => {
    const simulated = validation.report.figures.filter((figure) => figure.simulated !== null);
    for (const page of pages.values()) {
      const figures = page.slice(page.indexOf('id="figures"'), page.indexOf('<details>'));
      expect(figures.match(/<th scope="row">/g)).toHaveLength(simulated.length);
    }
    expect(pageIn('en')).toContain('<html lang="en">');
    expect(pageIn('id')).toContain('Waktu jawab per endpoint');
    expect(pageIn('id')).toContain('1.247');
  });

  it('can be reached chart by chart with the keyboard', () => {
    for (const id of CHARTS) {
      expect(pageIn('en')).toContain(`id="${id}" tabindex="0"`);
    }
  });

  it('has the numbers of every chart in a table, too', () => {
    for (const page of pages.values()) {
      expect(page.match(/<details class="data">/g)).toHaveLength(CHARTS.length);
    }
    const table = /id="heat-readout"[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/.exec(pageIn('en'))?.[1] ?? '';
    const cells = [...table.matchAll(/<td>([\d,]+)<\/td>/g)].map(([, requests]) => Number(requests));
    expect(cells).toHaveLength(30 * 24);
    expect(cells.reduce((sum, requests) => sum + requests, 0)).toBe(13_880);
  });

  it('shows the documented mean beside the simulated times of an endpoint', () => {
    const row = /<th scope="row">GET \/api\/mentor\/daftar-sesi<\/th>((?:<td>[^<]*<\/td>)*)/.exec(
      pageIn('en'),
    )?.[1];
    const [documented, mean, median, p95] = [...(row ?? '').matchAll(/<td>([^<]*)</g)].map(
      ([, time]) => time,
    );
    expect(documented).toBe('178');
    expect(Number(median)).toBeLessThan(Number(mean));
    expect(Number(mean)).toBeLessThan(Number(p95));
  });

  it('has the table alone where there is nothing to draw', () => {
    const page = reportPage(validation.report, undefined, 'en');
    expect(page).not.toContain('<script');
    expect(unclosed(page)).toEqual([]);
  });
});
