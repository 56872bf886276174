import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';

const TOKEN = 'a-token-for-the-scraper';

describe('GET /metrics', () => {
  let application: TestApplication;

  beforeAll(async () => {
    application = await startApplication({ METRICS_TOKEN: TOKEN });
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
    expect(body).toMatch(/^riwayat_records_accepted \d+$/m);
  });

  it('is for those who have the token, when there is one', async () => {
    expect((await scrape()).statusCode).toBe(401);
    expect((await scrape('Bearer wrong')).statusCode).toBe(401);
    expect((await scrape(`Bearer ${TOKEN}`)).statusCode).toBe(200);
  });
});
