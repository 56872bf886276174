import { describe, expect, it } from 'vitest';
import type { EndpointUsage } from '../api/contract.ts';
import { DEFAULT_ORDER, ENDPOINT_COLUMNS, matching, orderAfterClick, ordered } from './endpoint-order.ts';

function row(method: string, endpoint: string, calls: number): EndpointUsage {
  return {
    method,
    endpoint,
    calls,
    avg_response_time: calls / 2,
    p50: calls / 3,
    p95: calls,
    p99: calls * 2,
    client_error_rate: 0,
    error_rate: 100 - calls,
    data_transfer_bytes: calls * 10,
    cost: calls * 3,
  };
}

const ROWS = [
  row('POST', '/api/login', 20),
  row('GET', '/api/public/kursus', 50),
  row('GET', '/api/public/mentor', 20),
  row('GET', '/api/login', 20),
];
const names = (rows: readonly EndpointUsage[]) => rows.map(({ method, endpoint }) => `${method} ${endpoint}`);

describe('ordered', () => {
  it('puts the busiest first and equal ones by name', () => {
    expect(names(ordered(ROWS, DEFAULT_ORDER))).toEqual([
      'GET /api/public/kursus',
      'GET /api/login',
      'POST /api/login',
      'GET /api/public/mentor',
    ]);
  });

  it('orders by every column, both ways, without touching what it was given', () => {
    const before = [...ROWS];
    for (const column of ENDPOINT_COLUMNS) {
      const up = ordered(ROWS, { column, direction: 'ascending' }).map((entry) => entry[column] ?? 0);
      const down = ordered(ROWS, { column, direction: 'descending' }).map((entry) => entry[column] ?? 0);
      expect(down).toEqual(up.toReversed());
      expect(up).toEqual(up.toSorted((a, b) => (a < b ? -1 : Number(a > b))));
    }
    expect(ROWS).toEqual(before);
  });
});

describe('orderAfterClick', () => {
  it('turns the same column round, and starts a new one at its interesting end', () => {
    expect(orderAfterClick(DEFAULT_ORDER, 'calls').direction).toBe('ascending');
    expect(orderAfterClick(DEFAULT_ORDER, 'p99')).toEqual({ column: 'p99', direction: 'descending' });
    expect(orderAfterClick(DEFAULT_ORDER, 'endpoint').direction).toBe('ascending');
  });
});

describe('matching', () => {
  it('wants every word, in method or path, in whatever case', () => {
    expect(names(matching(ROWS, 'get LOGIN'))).toEqual(['GET /api/login']);
    expect(matching(ROWS, '  ')).toHaveLength(ROWS.length);
    expect(matching(ROWS, 'nothing')).toEqual([]);
  });
});
