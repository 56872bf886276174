import { expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { demoConfig } from './demo.ts';
import { DEMO_TENANT } from './people.ts';

const ENVIRONMENT = { NODE_ENV: 'test', DATA_DIR: './data' };

it('shows its own tenant, unless another is asked for', () => {
  expect(demoConfig(parseConfig(ENVIRONMENT)).defaultTenant).toBe(DEMO_TENANT);
  expect(demoConfig(parseConfig({ ...ENVIRONMENT, DEFAULT_TENANT: 'acme' })).defaultTenant).toBe('acme');
});

it('leaves room to log in beside the people who are played, the more the faster they are', () => {
  const room = (env: Record<string, string>): number =>
    (demoConfig(parseConfig({ ...ENVIRONMENT, RATE_LIMIT_CREDENTIALS: '10', ...env })).rateLimits
      ?.credentials ?? 0) - 10;
  // Sixty people may all have to log in at once.
  expect(room({})).toBeGreaterThan(60);
  expect(room({ DEMO_RATE: '50' })).toBeGreaterThan(0.3 * 50 * 60);
});

it('limits nothing where nothing is to be limited', () => {
  expect(demoConfig(parseConfig({ ...ENVIRONMENT, RATE_LIMITS: 'off' })).rateLimits).toBeUndefined();
});
