import type { BusinessEvent } from '@riwayat/collector';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isTenantId } from '../tenants/tenant.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { Anomalies, type Incident } from './anomalies.ts';

const WINDOW_MS = 5 * 60_000;

describe('anomalies', () => {
  let events: BusinessEvent[];
  let clock: number;
  let anomalies: Anomalies;

  beforeEach(() => {
    events = [];
    clock = 1_000_000;
    anomalies = new Anomalies({
      collector: {
        async ingest(_tenantId, items) {
          events.push(...items.flatMap((item) => (item.table === 'events' ? [item.event] : [])));
          return [];
        },
      },
      logger: pino({ level: 'silent' }),
      now: () => new Date(clock),
    });
  });

  function incident(source: string, tenant = 'ours'): Incident {
    if (!isTenantId(tenant)) {
      throw new TypeError(tenant);
    }
    return { kind: 'failed-logins', tenantId: tenant, source, userId: '', endpoint: '/api/login' };
  }

  function note(times: number, one: Incident): void {
    for (let count = 0; count < times; count += 1) {
      anomalies.note(one);
    }
  }

  it('are told once a window, from the tenth on, however many follow', () => {
    note(9, incident('a'));
    expect(events).toEqual([]);
    note(5_000, incident('a'));
    expect(events.map(({ type, tenantId, data }) => ({ type, tenantId, data: JSON.parse(data) }))).toEqual([
      {
        type: 'riwayat.security.failed-logins',
        tenantId: 'ours',
        data: { incidents: 10, sources: 'one', window_seconds: 300 },
      },
      {
        type: 'riwayat.security.failed-logins',
        tenantId: 'ours',
        data: { incidents: 100, sources: 'many', window_seconds: 300 },
      },
    ]);
    clock += WINDOW_MS + 1;
    note(9, incident('a'));
    expect(events).toHaveLength(2);
    note(1, incident('a'));
    expect(events).toHaveLength(3);
  });

  it('are seen when they come from many sources, each below its own threshold', () => {
    for (let source = 0; source < 20; source += 1) {
      note(5, incident(`source ${source}`));
    }
    expect(events.map(({ data }) => JSON.parse(data).sources)).toEqual(['many']);
  });

  it('cannot flood a tenant, nor hide those of another', () => {
    for (let source = 0; source < 500; source += 1) {
      note(10, incident(`source ${source}`));
    }
    expect(events).toHaveLength(20);
    note(10, incident('a', 'theirs'));
    expect(events.at(-1)?.tenantId).toBe('theirs');
  });

  it('name no network address', () => {
    note(10, incident('203.0.113.9'));
    expect(JSON.stringify(events)).not.toContain('203.0.113');
  });
});

describe('an application under attack', () => {
  let application: TestApplication;

  beforeAll(async () => {
    application = await startApplication({ RATE_LIMITS: 'on', RATE_LIMIT_CREDENTIALS: '12' });
    await application.createTenant('ours', ['member']);
    await application.createTenant('theirs', ['member']);
  });
  afterAll(() => application.stop());

  const recorded = async (): Promise<number> => {
    await application.services.collector.sync();
    const { events } = application.services.collector.status().lanes;
    return events.accepted;
  };

  it('records that somebody names another tenant than their own, once, and who, in the audit log', async () => {
    const before = await recorded();
    const authorization = `Bearer ${await application.tokenOf('ours', 'member')}`;
    for (let count = 0; count < 3; count += 1) {
      await application.app.inject({
        url: '/api/public/kursus',
        headers: { authorization, 'x-tenant': 'theirs' },
      });
    }
    expect(await recorded()).toBe(before + 1);
    const { rows } = await sql`
      select tenant_id, actor_role, details from audit_log where action = 'access.cross-tenant'`.execute(
      application.services.database.db,
    );
    expect(rows).toEqual([
      {
        tenant_id: 'ours',
        actor_role: 'member',
        details: { named: 'theirs', endpoint: '/api/public/kursus' },
      },
    ]);
  });

  it('records a burst of failed log-ins, and that it was limited', async () => {
    const before = await recorded();
    const statuses: number[] = [];
    for (let count = 0; count < 40; count += 1) {
      const answer = await application.app.inject({
        method: 'POST',
        url: '/api/login',
        remoteAddress: '203.0.113.7',
        headers: { 'x-tenant': 'ours' },
        payload: { email: `person${count}@ours.example`, password: 'not it' },
      });
      statuses.push(answer.statusCode);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(12);
    expect(statuses.filter((status) => status === 429)).toHaveLength(28);
    expect(await recorded()).toBe(before + 2);
  });
});
