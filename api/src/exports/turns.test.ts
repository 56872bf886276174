import type { TenantId } from '@riwayat/collector';
import { expect, it } from 'vitest';
import { ProblemError } from '../errors/problem.ts';
import { ExportTurns } from './turns.ts';

function exporter(tenant: string, person: string): { tenantId: TenantId; userId: string } {
  return { tenantId: tenant as TenantId, userId: person };
}

/** The problem that a turn is refused by, and after how many seconds to try again. */
function refused(turns: ExportTurns, tenant: string, person: string): unknown {
  try {
    turns.take(exporter(tenant, person));
  } catch (error) {
    return error instanceof ProblemError ? [error.code, error.occurrence.retryAfterSeconds] : error;
  }
  return undefined;
}

it('gives a person the next turn when the one before is over, and not twice for ending it twice', () => {
  const turns = new ExportTurns();
  const over = turns.take(exporter('a', 'ani'));
  expect(refused(turns, 'a', 'ani')).toEqual(['export-running', 10]);
  over();
  turns.take(exporter('a', 'ani'));
  over();
  expect(refused(turns, 'a', 'ani')).toEqual(['export-running', 10]);
});

it('leaves room for other tenants, up to what the process can take', () => {
  const turns = new ExportTurns();
  const [first] = ['1', '2', '3', '4'].map((person) => turns.take(exporter('a', person)));
  expect(refused(turns, 'a', '5')).toEqual(['export-running', 10]);
  for (const tenant of ['b', 'c', 'd']) {
    for (const person of ['1', '2', '3', '4']) {
      turns.take(exporter(tenant, person));
    }
  }
  expect(refused(turns, 'e', '1')).toEqual(['overloaded', 10]);
  first?.();
  expect(refused(turns, 'e', '1')).toBeUndefined();
});
