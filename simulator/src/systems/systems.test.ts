import { describe, expect, it } from 'vitest';
import { compare } from '../validation/compare.ts';
import type { DocumentedSystem } from './system.ts';
import { documentedSystems } from './systems.ts';

const SEED = 1;
const REPLICATIONS = 10;
/** Seconds on a free machine; tests may have to share it. */
const TIMEOUT_MS = 90_000;

function replicated(system: DocumentedSystem): Map<string, number[]> {
  const values = new Map<string, number[]>();
  for (let replication = 0; replication < REPLICATIONS; replication += 1) {
    for (const [id, value] of Object.entries(system.replicate(SEED, replication))) {
      values.set(id, [...(values.get(id) ?? []), value]);
    }
  }
  return values;
}

describe.each(documentedSystems.map((system) => [system.name, system] as const))('%s', (_name, system) => {
  it(
    'meets its documented figures',
    () => {
      const rows = compare({
        figures: system.figures,
        values: replicated(system),
        tolerance: ({ id }) => system.tolerances[id] ?? null,
        isHeldOut: () => false,
      });
      expect(rows.filter(({ verdict }) => verdict === 'missed')).toEqual([]);
      expect(rows.filter(({ verdict }) => verdict === 'met').length).toBeGreaterThan(1);
    },
    TIMEOUT_MS,
  );

  it('judges what it simulates, and simulates what it judges', () => {
    const kinds = new Map(system.figures.map(({ id, kind }) => [id, kind]));
    const simulated = Object.keys(system.replicate(SEED, 0));
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
    const first = system.replicate(SEED, 3);
    expect(system.replicate(SEED, 3)).toEqual(first);
    expect(system.replicate(SEED, 4)).not.toEqual(first);
    expect(system.replicate(SEED + 1, 3)).not.toEqual(first);
  });
});
