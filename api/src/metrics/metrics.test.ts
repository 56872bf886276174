import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';

const TOKEN = 'a-token-for-the-scraper';

describe('GET /metrics', () => {
  let application: TestApplication;

  beforeAll(async () => {
    application = await startApplication({ METRICS_TOKEN: TOKEN, ALERTS: 'on' });
  });
  afterAll(() => application.stop());

  const scrape = (authorization?: string) =>
    application.app.inject({ url: '/metrics', ...(authorization && { headers: { authorization } }) });

  it('counts what the recorder recorded, by route template and never by address', async () => {
    await application.app.inject('/api/public/kursus/aljabar-dasar');
    await application.app.inject('/wp-login.php');
    const { body, headers } = await scrape(`Bearer ${TOKEN}`);
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain(
      'http_request_duration_seconds_count{method="GET",route="/api/public/kursus/:id",status="404"} 1',
    );
    expect(body).toContain('route="(unmatched)",status="404"} 1');
    expect(body).not.toContain('wp-login');
    expect(body).toMatch(/^riwayat_store_up 1$/m);
  });

  it('tells what became of every line, by lane, so that the sum can be checked', async () => {
    await application.app.inject('/api/public/kursus');
    await application.services.collector.drain();
    const { body } = await scrape(`Bearer ${TOKEN}`);
    const value = (name: string, labels = '{lane="requests"}'): number => {
      const line = body.split('\n').find((text) => text.startsWith(`${name}${labels} `));
      return Number(line?.split(' ').at(-1));
    };
    expect(value('riwayat_records_stored_total')).toBeGreaterThan(0);
    expect(value('riwayat_records_accepted_total')).toBe(
      value('riwayat_records_stored_total') +
        value('riwayat_records_rejected_total') +
        value('riwayat_records_lost_total') +
        value('riwayat_records_in_spool'),
    );
    expect(value('riwayat_records_duplicates_total')).toBe(0);
    expect(
      value('riwayat_insert_duration_seconds_count', '{table="requests",outcome="stored"}'),
    ).toBeGreaterThan(0);
    expect(value('riwayat_spool_quota_bytes', '')).toBeGreaterThan(0);
    expect(value('riwayat_breaker_state', '{state="closed"}')).toBe(1);
    expect(value('riwayat_breaker_state', '{state="open"}')).toBe(0);
    expect(value('riwayat_spool_state', '{state="ok"}')).toBe(1);
    expect(value('riwayat_insert_retries_total', '')).toBe(0);
    expect(value('riwayat_live_subscribers', '')).toBe(0);
    expect(value('riwayat_ledger_difference_rows', '')).toBe(0);
    expect(value('riwayat_rollup_difference_rows', '')).toBe(0);
  });

  it('samples what the process uses, every five seconds', async () => {
    await expect
      .poll(async () => (await scrape(`Bearer ${TOKEN}`)).body, { timeout: 15_000, interval: 250 })
      .toMatch(/^riwayat_records_stored_total\{lane="samples"\} [1-9]/m);
  });

  it('tells who evaluates alerts, and how that goes', async () => {
    const body = async (): Promise<string> => (await scrape(`Bearer ${TOKEN}`)).body;
    await expect
      .poll(body, { timeout: 15_000, interval: 250 })
      .toMatch(/^riwayat_alert_rounds_total\{outcome="succeeded"\} [1-9]/m);
    expect(await body()).toMatch(/^riwayat_alert_evaluator 1$/m);
    expect(await body()).toMatch(/^riwayat_alert_readers_failing 0$/m);
    const [, age] = /^riwayat_alert_round_age_seconds (\S+)$/m.exec(await body()) ?? [];
    expect(Number(age)).toBeLessThan(30);
  });

  it('is for those who have the token, when there is one', async () => {
    expect((await scrape()).statusCode).toBe(401);
    expect((await scrape('Bearer wrong')).statusCode).toBe(401);
    expect((await scrape(`Bearer ${TOKEN}`)).statusCode).toBe(200);
  });
});
