import { type RuleInput, ruleSchema } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { People } from '../../identity/people.ts';
import { OPERATORS_TENANT, type Role } from '../../identity/permissions.ts';
import { newId } from '../../ids/id.ts';
import { isMailTemplate, MAIL_TEMPLATES } from '../../notifications/mail-templates.ts';
import type { Database } from '../../postgres/database.ts';
import { jsonText } from '../../postgres/json.ts';
import type { Schema } from '../../postgres/schema.ts';
import { TenantDirectory } from '../../tenants/directory.ts';
import { tenantRow } from '../../tenants/tenant.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import type { AlertNews } from '../news.ts';
import type { OutsideChannel } from './channels.ts';
import { turnOff } from './preferences.ts';
import type { AlertRoute } from './routing.ts';
import { replaceRouting } from './stored-routing.ts';
import { AlertTeller } from './teller.ts';

const teller = new AlertTeller('https://riwayat.example');
/** 13:00 in Jakarta. */
const START = new Date('2026-11-23T06:00:00.000Z');
const SLOW: RuleInput = {
  signal: 'response_time',
  window: 300,
  when: { kind: 'above', value: 2_000 },
  severity: 'warning',
};

let server: TestPostgres;
let database: Database;
let db: Kysely<Schema>;
let tenantId: TenantId;
let now: Date;

beforeAll(async () => {
  server = await startTestPostgres();
  ({ database } = await server.freshDatabase());
  ({ db } = database);
});
afterAll(() => server.stop());
beforeEach(async () => {
  now = START;
  await sql`delete from outbox`.execute(db);
  await sql`delete from users`.execute(db);
  await sql`delete from tenants where id <> ${OPERATORS_TENANT}`.execute(db);
  const tenants = new TenantDirectory(database);
  ({ id: tenantId } = await tenants.create({ id: 'ours', name: 'Chill Ajar', locale: 'en' }));
  await person('it', 'it_staff');
  await person('admin', 'administrator');
  await person('boss', 'manager');
});

async function person(name: string, role: Role, tenant: string = tenantId): Promise<string> {
  const { id } = await new People(database).createUser({
    email: `${name}@example.com`,
    name,
    password: 'correct horse battery staple',
    memberships: [{ tenantId: tenantRow.shape.id.parse(tenant), role }],
  });
  return id;
}

const idOf = async (name: string) =>
  (
    await db
      .selectFrom('users')
      .where('email', '=', `${name}@example.com`)
      .select('id')
      .executeTakeFirstOrThrow()
  ).id;

const later = (seconds: number): Date => {
  now = new Date(now.getTime() + seconds * 1_000);
  return now;
};

/** A rule with an alert of it that has just fired, but not been told. */
async function alertOf(
  rule: Partial<RuleInput> = {},
  tenant: TenantId = tenantId,
): Promise<AlertNews['alert']> {
  const parsed = ruleSchema.parse({ ...SLOW, ...rule });
  const id = newId('alt');
  const ruleId = newId('alr');
  const name = `Rule ${ruleId}`;
  await db
    .insertInto('alert_rules')
    .values({
      id: ruleId,
      tenant_id: tenant,
      default_key: null,
      name,
      rule: jsonText(parsed),
      created_at: now,
      updated_at: now,
    })
    .execute();
  await db
    .insertInto('alert_rule_versions')
    .values({ rule_id: ruleId, version: 1, name, rule: jsonText(parsed), changed_by: null, changed_at: now })
    .execute();
  const firedWith = { value: 2_345, other: null };
  await db
    .insertInto('alerts')
    .values({
      id,
      tenant_id: tenant,
      rule_id: ruleId,
      rule_version: 1,
      subject: tenant,
      severity: parsed.severity,
      since: now,
      fired_at: now,
      fired_with: jsonText(firedWith),
    })
    .execute();
  return {
    id,
    tenantId: tenant,
    rule: { id: ruleId, tenantId: tenant, name, defaultKey: null, version: 1, enabled: true, rule: parsed },
    subject: tenant,
    since: now,
    firedAt: now,
    firedWith,
    resolvedAt: null,
    resolvedWith: null,
    acknowledgedAt: null,
    escalation: 0,
  };
}

async function newsOf(alert: AlertNews['alert'], kind: AlertNews['kind']): Promise<AlertNews> {
  if (kind === 'resolved') {
    await db
      .updateTable('alerts')
      .where('id', '=', alert.id)
      .set({ resolved_at: now, resolved_with: jsonText({ value: 900, other: null }) })
      .execute();
  }
  const { id: eventId } = await db
    .insertInto('alert_events')
    .values({
      alert_id: alert.id,
      tenant_id: alert.tenantId,
      kind,
      at: now,
      by_user: null,
      text: null,
      details: '{}',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const escalation = alert.escalation + (kind === 'escalated' ? 1 : 0);
  return {
    eventId,
    kind,
    at: now,
    because: kind === 'resolved' ? 'well' : null,
    alert: { ...alert, escalation },
  };
}

const tell = (...news: AlertNews[]) =>
  db.transaction().execute((transaction) => teller.tell(transaction, news, now));

/** Fires alerts of rules and tells of them, in one round. */
async function fire(...rules: Partial<RuleInput>[]): Promise<AlertNews['alert'][]> {
  const alerts: AlertNews['alert'][] = [];
  for (const rule of rules) {
    alerts.push(await alertOf(rule));
  }
  await tell(...(await Promise.all(alerts.map((alert) => newsOf(alert, 'fired')))));
  return alerts;
}

async function become(kind: AlertNews['kind'], alert: AlertNews['alert'] | undefined): Promise<void> {
  if (alert === undefined) {
    throw new Error('There is no such alert.');
  }
  await tell(await newsOf(alert, kind));
}

/** The mails so far: to whom, and the subject. */
async function mails(): Promise<string[]> {
  const rows = await db
    .selectFrom('outbox')
    .where('channel', '=', 'mail')
    .selectAll()
    .orderBy('id')
    .execute();
  return rows.map(({ template, values, recipient }) => {
    const letter = isMailTemplate(template)
      ? MAIL_TEMPLATES[template].letter(values, { tenant: 'x', timezone: 'Asia/Jakarta', locale: 'en' })
      : undefined;
    return `${recipient.split('@')[0]}: ${letter?.subject.replaceAll(/Rule alr_\w+/g, 'Rule')}`;
  });
}

/** What people see in the application. */
const inApp = async () =>
  (
    await db
      .selectFrom('notifications')
      .innerJoin('users', 'users.id', 'user_id')
      .select(['users.name', 'kind', sql<string>`values->>'sound'`.as('sound')])
      .orderBy('notifications.id')
      .execute()
  ).map(({ name, kind, sound }) => `${name}: ${kind} ${sound}`);

const silence = (kind: 'mute' | 'maintenance', until: Date | null, ruleId: string | null = null) =>
  db
    .insertInto('alert_silences')
    .values({
      id: newId('sil'),
      tenant_id: tenantId,
      kind,
      rule_id: ruleId,
      alert_id: null,
      starts_at: now,
      ends_at: until,
      reason: '',
      created_by: null,
      created_at: now,
    })
    .execute();

const quiet = (from: string, until: string) =>
  db
    .insertInto('alert_settings')
    .values({ tenant_id: tenantId, quiet_from: from, quiet_until: until, updated_at: now })
    .execute();

const route = (given: Partial<AlertRoute>): AlertRoute => ({
  level: 1,
  topics: [],
  least: 'info',
  channels: ['mail'],
  ...given,
});

const reroute = (...routes: AlertRoute[]) =>
  db.transaction().execute((transaction) => replaceRouting(transaction, tenantId, { seen: 0, routes, now }));

describe('routing', () => {
  it('tells administrators of limits, managers of budgets, IT staff of performance', async () => {
    await fire({ signal: 'limit_used', window: 0, when: { kind: 'above', value: 80 } });
    await fire({ signal: 'budget_used', window: 0, when: { kind: 'above', value: 90 } });
    await fire({});
    expect(await mails()).toEqual([
      'admin: Warning: Rule – Chill Ajar',
      'boss: Warning: Rule – Chill Ajar',
      'it: Warning: Rule – Chill Ajar',
    ]);
    expect(await inApp()).toEqual(['admin: alert.fired on', 'boss: alert.fired on', 'it: alert.fired on']);
  });

  it('adds WhatsApp to what is critical, and SMS to an emergency', async () => {
    const channelsOf = async (severity: 'warning' | 'critical' | 'emergency') => {
      const [alert] = await fire({ severity });
      const rows = await db
        .selectFrom('alert_tellings')
        .where('alert_id', '=', alert?.id ?? '')
        .where('user_id', 'is not', null)
        .select('channel')
        .orderBy('channel')
        .execute();
      return rows.map(({ channel }) => channel);
    };
    expect(await channelsOf('warning')).toEqual(['in_app', 'mail', 'push']);
    expect(await channelsOf('critical')).toEqual(['in_app', 'mail', 'push', 'whatsapp']);
    expect(await channelsOf('emergency')).toEqual(['in_app', 'mail', 'push', 'sms', 'whatsapp']);
  });

  it('goes where the tenant wants it to: by role, by person, from a severity on', async () => {
    const boss = await idOf('boss');
    await reroute(
      route({ role: 'administrator', least: 'critical' }),
      route({ user_id: boss, topics: ['performance'] }),
    );
    await fire({});
    expect(await mails()).toEqual(['boss: Warning: Rule – Chill Ajar']);
    later(600);
    await fire({ severity: 'critical' });
    expect((await mails()).slice(1).sort()).toEqual([
      'admin: Critical: Rule – Chill Ajar',
      'boss: Critical: Rule – Chill Ajar',
    ]);
  });

  it('tells administrators what no route leads to anybody', async () => {
    await reroute(route({ role: 'board' }));
    await fire({});
    expect(await mails()).toEqual(['admin: Warning: Rule – Chill Ajar']);
  });

  it('tells nobody of another tenant, and operators of the platform’s own', async () => {
    const tenants = new TenantDirectory(database);
    const { id: other } = await tenants.create({ id: 'theirs', name: 'KSP', locale: 'en' });
    await person('stranger', 'it_staff', other);
    await person('ops', 'operator', OPERATORS_TENANT);
    await fire({});
    expect(await mails()).toEqual(['it: Warning: Rule – Chill Ajar']);
    const platform = tenantRow.shape.id.parse(OPERATORS_TENANT);
    const alert = await alertOf({ signal: 'cpu_used', when: { kind: 'above', value: 80 } }, platform);
    await tell(await newsOf(alert, 'fired'));
    expect((await mails()).slice(1)).toEqual([expect.stringMatching(/^ops: Warning: Rule/)]);
  });

  it('leaves out what a person has turned off, but never an administrator without what is critical', async () => {
    await reroute(
      route({ role: 'administrator', channels: ['mail', 'push'] }),
      route({ role: 'it_staff', channels: ['mail', 'push'] }),
    );
    const off: OutsideChannel[] = ['mail', 'push', 'sms', 'whatsapp'];
    await turnOff(db, await idOf('admin'), off, now);
    await turnOff(db, await idOf('it'), off, now);
    await fire({});
    expect(await mails()).toEqual([]);
    await fire({ severity: 'critical' });
    expect(await mails()).toEqual(['admin: Critical: Rule – Chill Ajar']);
    expect((await inApp()).sort()).toEqual([
      'admin: alert.fired on',
      'admin: alert.fired on',
      'it: alert.fired on',
      'it: alert.fired on',
    ]);
  });
});

describe('a news', () => {
  it('is told once, however often it is handed on', async () => {
    const alert = await alertOf();
    const fired = await newsOf(alert, 'fired');
    await tell(fired);
    await tell(fired, fired);
    await Promise.all([tell(fired), teller.tellDue(database, now)]);
    expect(await mails()).toEqual(['it: Warning: Rule – Chill Ajar']);
    expect(await inApp()).toEqual(['it: alert.fired on']);
  });

  it('is told to nobody when its transaction fails', async () => {
    const fired = await newsOf(await alertOf(), 'fired');
    const failing = db.transaction().execute(async (transaction) => {
      await teller.tell(transaction, [fired], now);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect([...(await mails()), ...(await inApp())]).toEqual([]);
  });

  it('that it is over is told to whom it was told that it fired, and to nobody else', async () => {
    const [alert] = await fire({});
    await person('new', 'it_staff');
    later(600);
    await become('resolved', alert);
    expect((await mails()).slice(1)).toEqual(['it: Resolved: Rule – Chill Ajar']);
    expect((await inApp()).slice(1)).toEqual(['it: alert.resolved on']);
  });

  it('goes to the webhooks of the tenant as well, each by itself', async () => {
    await db
      .insertInto('webhooks')
      .values({
        id: 'whk_1',
        tenant_id: tenantId,
        url: 'https://app.example',
        description: '',
        event_types: ['alert.fired', 'alert.resolved'],
        disabled_because: null,
        failing_since: null,
        last_failure_at: null,
        last_failure: null,
        last_success_at: null,
        created_by: null,
        created_at: now,
      })
      .execute();
    const [first] = await fire({}, {});
    await become('resolved', first);
    const rows = await db
      .selectFrom('outbox')
      .where('channel', '=', 'webhook')
      .select(['template', 'values'])
      .orderBy('id')
      .execute();
    expect(rows.map(({ template }) => template)).toEqual(['alert.fired', 'alert.fired', 'alert.resolved']);
    expect(rows[0]?.values).toMatchObject({
      data: { alert: first?.id, severity: 'warning', fired_with: { value: 2_345 } },
    });
  });
});

describe('grouping', () => {
  it('makes one message of what goes to one person in one round', async () => {
    await fire({}, {}, {});
    expect(await mails()).toEqual(['it: 3 alerts at Chill Ajar']);
    expect(await inApp()).toHaveLength(3);
  });

  it('tells the first at once and puts what follows together, losing none', async () => {
    await fire({});
    later(10);
    await fire({}, {});
    later(60);
    await fire({});
    await teller.tellDue(database, now);
    expect(await mails()).toHaveLength(1);
    later(50);
    await teller.tellDue(database, now);
    expect(await mails()).toEqual(['it: Warning: Rule – Chill Ajar', 'it: 3 alerts at Chill Ajar']);
    later(600);
    await teller.tellDue(database, now);
    expect(await mails()).toHaveLength(2);
  });

  it('does not let what is critical wait, and takes along what waits', async () => {
    await fire({});
    later(10);
    await fire({});
    later(10);
    await fire({ severity: 'critical' });
    expect(await mails()).toEqual(['it: Warning: Rule – Chill Ajar', 'it: 2 alerts at Chill Ajar']);
  });

  it('says in one message that something fired and is over, when it was over before it was told', async () => {
    await fire({});
    later(10);
    const [second] = await fire({});
    later(10);
    await become('resolved', second);
    later(120);
    await teller.tellDue(database, now);
    expect((await mails()).slice(1)).toEqual(['it: Over again: Rule – Chill Ajar']);
  });
});

describe('quiet hours', () => {
  it('let nothing out until they end, then one message of what still lasts', async () => {
    await quiet('22:00', '06:00');
    now = new Date('2026-11-23T16:00:00Z');
    const [first] = await fire({}, {});
    await fire({});
    later(3_600);
    await become('resolved', first);
    expect(await mails()).toEqual([]);
    expect((await inApp()).every((line) => line.endsWith('off'))).toBe(true);
    now = new Date('2026-11-23T22:59:59Z');
    await teller.tellDue(database, now);
    expect(await mails()).toEqual([]);
    now = new Date('2026-11-23T23:00:00Z');
    await teller.tellDue(database, now);
    expect(await mails()).toEqual(['it: 2 alerts at Chill Ajar']);
  });

  it('do not hold up what is as bad as the tenant has said', async () => {
    await quiet('22:00', '06:00');
    now = new Date('2026-11-23T16:00:00Z');
    await fire({ severity: 'critical' });
    expect(await mails()).toEqual(['it: Critical: Rule – Chill Ajar']);
  });

  it('tell in the morning that something is over which people believe to last', async () => {
    await quiet('22:00', '06:00');
    now = new Date('2026-11-23T14:00:00Z');
    const [alert] = await fire({});
    now = new Date('2026-11-23T17:00:00Z');
    await become('resolved', alert);
    expect(await mails()).toHaveLength(1);
    now = new Date('2026-11-23T23:00:00Z');
    await teller.tellDue(database, now);
    expect((await mails()).slice(1)).toEqual(['it: Resolved: Rule – Chill Ajar']);
  });
});

describe('silences', () => {
  it('keep a muted tenant from being told anything outside, until somebody ends them', async () => {
    await silence('mute', null);
    await fire({ severity: 'emergency' }, {});
    later(86_400);
    await teller.tellDue(database, now);
    expect(await mails()).toEqual([]);
    expect((await inApp()).map((line) => line.split(' ').at(-1))).toEqual(['off', 'off']);
    await db.updateTable('alert_silences').set({ ends_at: now }).execute();
    await teller.tellDue(database, now);
    expect(await mails()).toEqual(['it: 2 alerts at Chill Ajar']);
  });

  it('end by themselves, and what was over by then is never told', async () => {
    await silence('maintenance', new Date(now.getTime() + 3_600_000));
    const [first] = await fire({}, {});
    later(60);
    await become('resolved', first);
    later(3_540);
    await teller.tellDue(database, now);
    expect(await mails()).toEqual(['it: Warning: Rule – Chill Ajar']);
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from alert_tellings where state = 'waiting'`.execute(db);
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('of one rule leave the others alone', async () => {
    const alert = await alertOf();
    await silence('mute', null, alert.rule.id);
    await tell(await newsOf(alert, 'fired'));
    expect(await mails()).toEqual([]);
    await fire({});
    expect(await mails()).toHaveLength(1);
  });
});

describe('escalation', () => {
  it('goes on to managers and IT staff, then to operators when it is critical', async () => {
    await person('ops', 'operator', OPERATORS_TENANT);
    const [alert] = await fire({
      signal: 'limit_used',
      window: 0,
      when: { kind: 'above', value: 80 },
      severity: 'critical',
    });
    expect(await mails()).toEqual(['admin: Critical: Rule – Chill Ajar']);
    later(900);
    await become('escalated', alert);
    expect((await mails()).slice(1).sort()).toEqual([
      'boss: Critical: Rule – nobody has acknowledged it – Chill Ajar',
      'it: Critical: Rule – nobody has acknowledged it – Chill Ajar',
    ]);
    later(900);
    await become('escalated', alert && { ...alert, escalation: 1 });
    expect((await mails()).slice(3)).toEqual([
      'ops: Critical: Rule – nobody has acknowledged it – Chill Ajar',
    ]);
    later(900);
    await become('resolved', alert && { ...alert, escalation: 2 });
    expect(
      (await mails())
        .slice(4)
        .map((line) => line.split(':')[0])
        .sort(),
    ).toEqual(['admin', 'boss', 'it', 'ops']);
  });

  it('repeats to everybody whom it has reached', async () => {
    const [alert] = await fire({});
    later(900);
    await become('escalated', alert);
    later(900);
    await become('repeated', alert && { ...alert, escalation: 1 });
    expect((await mails()).slice(3).sort()).toEqual([
      'boss: Warning: Rule – still – Chill Ajar',
      'it: Warning: Rule – still – Chill Ajar',
    ]);
  });
});
