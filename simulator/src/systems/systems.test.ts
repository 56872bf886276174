import { beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../validation/compare.ts';
import { documentedSystems } from './systems.ts';

const SEED = 1;
const REPLICATIONS = 10;
/** Seconds on a free machine; tests may have to share it. */
const TIMEOUT_MS = 90_000;

describe.each(documentedSystems.map((system) => [system.name, system] as const))('%s', (_name, system) => {
  let replications: Readonly<Record<string, number>>[];
  beforeAll(() => {
    replications = Array.from({ length: REPLICATIONS }, (_, replication) =>
      system.replicate(SEED, replication),
    );
  }, TIMEOUT_MS);

  it('meets its documented figures', () => {
    const ids = Object.keys(replications[0] ?? {});
    const rows = compare({
      figures: system.figures,
      values: new Map(ids.map((id) => [id, replications.map((figures) => figures[id] ?? Number.NaN)])),
      tolerance: ({ id }) => system.tolerances[id] ?? null,
      isHeldOut: () => false,
    });
    expect(rows.filter(({ verdict }) => verdict === 'missed')).toEqual([]);
    expect(rows.filter(({ verdict }) => verdict === 'met').length).toBeGreaterThan(1);
  });

  it('judges what it simulates, and simulates what it judges', () => {
    const kinds = new Map(system.figures.map(({ id, kind }) => [id, kind]));
    const simulated = Object.keys(replications[0] ?? {});
    expect(simulated.filter((id) => !kinds.has(id))).toEqual([]);
    const judged = simulated.filter((id) => kinds.get(id) !== 'contradicted');
    expect(judged.sort()).toEqual(Object.keys(system.tolerances).sort());
  });

  it('names each figure once, and says of a contradicted one which is used', () => {
    const ids = system.figures.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, kind, note } of system.figures) {
      if (kind === 'contradicted') {
        expect(note, id).toMatch(/;/);
      }
    }
  });

  it('gives the same numbers for the same seed and replication, and others for another', () => {
    expect(system.replicate(SEED, 3)).toEqual(replications[3]);
    expect(replications[4]).not.toEqual(replications[3]);
    expect(system.replicate(SEED + 1, 3)).not.toEqual(replications[3]);
  });
});
