import { describe, expect, it } from 'vitest';
import { inputKey, inputsOf } from '../rules/inputs.ts';
import { ruleSchema } from '../rules/rule.ts';
import { signalOf } from '../signals/signals.ts';
import type { DefaultRule } from './default-rule.ts';
import { PLATFORM_DEFAULTS } from './platform-defaults.ts';
import { TENANT_DEFAULTS } from './tenant-defaults.ts';

const ALL = [...TENANT_DEFAULTS, ...PLATFORM_DEFAULTS];

function limitOfSignal(defaults: readonly DefaultRule[]): Record<string, number[]> {
  const limits: Record<string, number[]> = {};
  for (const { rule } of defaults) {
    if (rule.when.kind === 'above' || rule.when.kind === 'below') {
      limits[rule.signal] = [...(limits[rule.signal] ?? []), rule.when.value];
    }
  }
  return limits;
}

it('has the documented limits for tenants', () => {
  expect(limitOfSignal(TENANT_DEFAULTS)).toMatchObject({
    limit_used: [80],
    budget_used: [90],
    response_time: [2_000],
    response_time_p95: [500],
    error_rate: [5],
    cache_hit_ratio: [70],
    capacity_used: [90],
    security_incidents: [4, 0],
  });
});

it('has the documented limits for the platform', () => {
  expect(limitOfSignal(PLATFORM_DEFAULTS)).toMatchObject({
    memory_used: [85],
    cpu_used: [80],
    disk_free: [10],
    database_pool_used: [80],
    queue_length: [1_000],
    error_rate: [5],
    response_time: [2_000],
  });
});

it('gives keys and names to one rule each', () => {
  expect(new Set(ALL.map(({ key }) => key)).size).toBe(ALL.length);
  expect(new Set(ALL.map(({ name }) => name.en)).size).toBe(ALL.length);
  expect(new Set(ALL.map(({ name }) => name.id)).size).toBe(ALL.length);
});

it('gives tenants and the platform what each of them may watch', () => {
  expect(TENANT_DEFAULTS.filter(({ rule }) => !signalOf(rule.signal).scopes.includes('tenant'))).toEqual([]);
  expect(PLATFORM_DEFAULTS.filter(({ rule }) => !signalOf(rule.signal).scopes.includes('platform'))).toEqual(
    [],
  );
});

describe.each(ALL)('the default $key', ({ rule }) => {
  it('is a rule, and still the same after it was kept as JSON', () => {
    expect(ruleSchema.parse(JSON.parse(JSON.stringify(rule)))).toEqual(rule);
  });

  it('says nothing of two calls when it is of a share or a mean of calls', () => {
    expect(rule.least >= 20 || signalOf(rule.signal).counted === undefined).toBe(true);
  });
});

it('asks for few different numbers', () => {
  const keys = TENANT_DEFAULTS.flatMap(({ rule }) => Object.values(inputsOf(rule)).map(inputKey));
  expect(keys.length).toBe(TENANT_DEFAULTS.length + 1);
});
