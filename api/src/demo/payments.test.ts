import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { availableMethods } from '../payments/means.ts';
import { METHODS } from '../payments/payment-state.ts';
import { Gateway } from '../payments/provider/gateway.ts';
import { silent } from '../testing/postgres.ts';
import { type DemoPayments, demoPayments } from './payments.ts';

let demo: DemoPayments;

beforeAll(async () => {
  demo = await demoPayments(parseConfig({}), () => 'http://127.0.0.1:9', silent);
});
afterAll(() => demo.sandbox.stop());

it('a demo can be paid in every way, with no real money', async () => {
  const { payments } = demo.config;
  expect(availableMethods(payments).map(({ method }) => method)).toEqual(METHODS);
  expect(payments.provider?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const gateway = payments.provider && new Gateway(payments.provider);
  const made = await gateway?.create({
    reference: 'pay_00000000000000000001',
    amount: 1_000n,
    way: { method: 'card', keep: false },
    description: 'INV-2026-000001',
    expiresAt: new Date(Date.now() + 60_000),
  });
  expect(made).toMatchObject({ state: 'pending' });
  const page = await fetch(made?.instructions.link ?? '');
  expect(await page.text()).toContain('Tidak ada uang sungguhan. / No real money.');
});
