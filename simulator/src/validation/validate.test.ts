import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { allParameters, defaultValues } from '../calibration/parameters.ts';
import { documentedScenario } from '../scenario/documented.ts';
import type { DocumentedSystem } from '../systems/system.ts';
import { documentedSystems } from '../systems/systems.ts';
import { type MonthValidation, validateMonth, validateSystem } from './validate.ts';
import { validationReport, validationSchema } from './validation-report.ts';

/** Made by `simulate validate --schema`. */
const SCHEMA_FILE = new URL('../../schemas/validation-report.schema.json', import.meta.url);
/** Minutes of day 1 at 06:00 and of day 12 at 19:45. */
const INSTANTS = [360, 17_025];

const options = {
  scenario: documentedScenario(),
  parameters: defaultValues(allParameters),
  seed: 5,
  instants: INSTANTS,
} as const;

describe('validateMonth', () => {
  let validation: MonthValidation;
  beforeAll(async () => {
    validation = await validateMonth({ ...options, replications: 3, workers: 1 });
  });
  const figureOf = (id: string) => validation.report.figures.find((figure) => figure.id === id);

  it('gives a report that its schema takes, after a way through JSON too', async () => {
    const schema = validationSchema();
    const accepts = new Ajv2020({ strict: true }).compile(schema);
    const sent: unknown = JSON.parse(JSON.stringify(validation.report));
    expect(accepts(sent), JSON.stringify(accepts.errors)).toBe(true);
    expect(validationReport.parse(sent)).toEqual(validation.report);
    expect(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'))).toEqual(schema);
    expect(accepts({ ...validation.report, passed: 'yes' })).toBe(false);
  });

  it('finds the exact counts exact, and says what is held out and what is contradicted', () => {
    expect(figureOf('requests.week-2')).toMatchObject({
      documented: 3127,
      simulated: 3127,
      tolerance: { kind: 'exact' },
      verdict: 'met',
    });
    expect(figureOf('memory.week-3.peak')).toMatchObject({
      heldOut: true,
      tolerance: { kind: 'relative', share: 0.1 },
    });
    expect(figureOf('requests.week-2.growth')).toMatchObject({
      contradicted: true,
      verdict: 'contradicted',
      simulated: expect.closeTo(-1.42, 2),
    });
    expect(figureOf('population.total')).toMatchObject({ simulated: null, verdict: 'not simulated' });
  });

  it('names an input contradicted that other figures win over, with the reason', () => {
    expect(figureOf('requests.mentor-novice.course-create')).toMatchObject({
      contradicted: true,
      note: expect.stringContaining('rank'),
    });
  });

  it('keeps of replication 0 what is drawn, with the samples that the document speaks of', () => {
    expect(validation.series?.memory.at).toEqual(expect.arrayContaining(INSTANTS));
    expect(validation.series?.hours).toHaveLength(30 * 24);
    expect(validation.routes.map(({ route }) => route)).toContain('POST /api/login');
  });

  it('gives the same report for any number of workers', async () => {
    const { report } = await validateMonth({ ...options, replications: 3, workers: 2 });
    expect(report).toEqual(validation.report);
  });
});

describe('validateSystem', () => {
  it('holds each documented system against its own figures', async () => {
    for (const system of documentedSystems) {
      const report = await validateSystem(system, { seed: 1, replications: 3, workers: 1 });
      expect(report.scenario).toBe(system.name);
      expect(report.source).toBe(system.title);
      expect(report.figures.some(({ verdict }) => verdict === 'met')).toBe(true);
    }
  });

  it('does not pass when a documented figure is shifted', async () => {
    const [system] = documentedSystems;
    const whole = await validateSystem(systemNamed(system), { seed: 1, replications: 3, workers: 1 });
    const met = whole.figures.find(
      ({ verdict, tolerance }) => verdict === 'met' && tolerance?.kind === 'exact',
    );
    const shifted = {
      ...systemNamed(system),
      figures: systemNamed(system).figures.map((figure) =>
        figure.id === met?.id ? { ...figure, value: figure.value + 1 } : figure,
      ),
    };
    const report = await validateSystem(shifted, { seed: 1, replications: 3, workers: 1 });
    expect(report.passed).toBe(false);
    expect(report.figures.filter(({ verdict }) => verdict === 'missed').map(({ id }) => id)).toContain(
      met?.id,
    );
  });
});

function systemNamed(system: DocumentedSystem | undefined): DocumentedSystem {
  if (system === undefined) {
    throw new Error('there are documented systems');
  }
  return system;
}
