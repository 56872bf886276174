import type { RuleInput } from '@riwayat/alerting';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../postgres/database.ts';
import { changeRule, errorRule, insertRules, insertTenants } from '../../testing/alert-rules.ts';
import { silent, startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import type { AlertNews, AlertTelling } from '../news.ts';
import type { SignalReader, SignalValue } from '../signals/reader.ts';
import { type Evaluator, type EvaluatorOptions, startEvaluator } from './evaluator.ts';

const FAST = { roundMs: 20, standByMs: 20, leaseMs: 600, boundMs: 60 };
const TENANT = 'school';
const SECOND = 1_000;
const NOON = new Date('2026-11-20T12:00:00Z').getTime();

let server: TestPostgres;
let database: Database;
/** What the readers say, by tenant and signal; a missing one is of nobody. */
let values: Map<string, readonly SignalValue[]>;
let told: AlertNews[];
let now: number;
const started: Evaluator[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
  ({ database } = await server.freshDatabase());
});
afterAll(() => server.stop());
beforeEach(async () => {
  await database.db.deleteFrom('tenants').where('id', 'in', [TENANT, 'other']).execute();
  values = new Map();
  told = [];
  now = NOON;
  await insertTenants(database.db, TENANT);
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
});

async function makeRule(given: Partial<RuleInput> = {}, tenantId = TENANT): Promise<string> {
  const [id = ''] = await insertRules(database.db, [tenantId], errorRule(given));
  return id;
}

/** Says what is read of a tenant from now on. */
function say(value: number, { tenantId = TENANT, signal = 'error_rate', subject = TENANT } = {}): void {
  values.set(`${tenantId} ${signal}`, [{ subject, value }]);
}

const reader = (signals: SignalReader['signals'] = ['error_rate', 'cpu_used']): SignalReader => ({
  signals,
  read: async (questions) =>
    questions.map(({ tenantId, input }) => values.get(`${tenantId} ${input.signal}`) ?? []),
});

const telling: AlertTelling = {
  tell: async (_db, news) => void told.push(...news),
};

function start(options: Partial<EvaluatorOptions> = {}): Evaluator {
  const evaluator = startEvaluator({
    db: database.db,
    readers: [reader()],
    telling,
    instance: 'test',
    logger: silent,
    now: passing(SECOND),
    intervals: FAST,
    ...options,
  });
  started.push(evaluator);
  return evaluator;
}

/** A clock that goes on by so much with each look. */
function passing(step: number): () => Date {
  return () => {
    now += step;
    return new Date(now);
  };
}

const tellings = () => told.map(({ kind, because }) => (because === null ? kind : `${kind}: ${because}`));
/** Resolves when so many rounds have begun and ended from now. */
async function rounds(evaluator: Evaluator, count = 2): Promise<void> {
  let left = count + 1;
  await new Promise<void>((resolve) => {
    const end = evaluator.onRound(() => {
      left -= 1;
      if (left === 0) {
        end();
        resolve();
      }
    });
  });
}

describe('an alert', () => {
  it('fires with what was read and the version of its rule, and is over when it is well', async () => {
    const rule = await makeRule();
    say(12.5);
    const evaluator = start();
    await expect.poll(tellings).toEqual(['fired']);
    expect(told[0]?.alert).toMatchObject({
      tenantId: TENANT,
      subject: TENANT,
      rule: { id: rule, version: 1, name: 'Errors', rule: { signal: 'error_rate' } },
      firedWith: { value: 12.5, other: null },
      resolvedAt: null,
    });
    await rounds(evaluator);
    say(1);
    await expect.poll(tellings).toEqual(['fired', 'resolved: well']);
    expect(told[1]?.alert).toMatchObject({ id: told[0]?.alert.id, resolvedWith: { value: 1, other: null } });
    expect(await database.db.selectFrom('alerts').selectAll().execute()).toMatchObject([
      { severity: 'critical', fired_with: { value: 12.5 }, resolved_with: { value: 1 }, due_at: null },
    ]);
    const events = await database.db
      .selectFrom('alert_events')
      .select(['id', 'kind'])
      .orderBy('id')
      .execute();
    expect(events.map(({ kind }) => kind)).toEqual(['fired', 'resolved']);
    expect(told.map(({ eventId }) => eventId)).toEqual(events.map(({ id }) => id));
  });

  it('waits as long as its rule says, also when another process goes on with it', async () => {
    await makeRule({ for: 60 });
    say(12.5);
    const first = start();
    await rounds(first);
    const [{ state } = { state: undefined }] = await database.db
      .selectFrom('alert_states')
      .selectAll()
      .execute();
    expect(state).toMatchObject({ phase: 'pending' });
    await first.stop();
    const second = start();
    await rounds(second);
    expect(told).toEqual([]);
    now += 60 * SECOND;
    await expect.poll(tellings).toEqual(['fired']);
    const [news] = told;
    expect((news?.alert.firedAt.getTime() ?? 0) - (news?.alert.since.getTime() ?? 0)).toBeGreaterThanOrEqual(
      60_000,
    );
  });

  it('that somebody resolved by hand fires again only after it was well', async () => {
    await makeRule();
    say(12.5);
    const evaluator = start();
    await expect.poll(tellings).toEqual(['fired']);
    await database.db
      .updateTable('alerts')
      .set({ resolved_at: new Date(now), due_at: null })
      .execute();
    await rounds(evaluator);
    expect(tellings()).toEqual(['fired']);
    say(1);
    await rounds(evaluator);
    expect(tellings()).toEqual(['fired']);
    say(13);
    await expect.poll(tellings).toEqual(['fired', 'fired']);
  });

  it('is told again and handed on when it is due, until somebody acknowledges it', async () => {
    await makeRule({ repeat: 600 });
    say(12.5);
    const evaluator = start();
    await expect.poll(tellings).toEqual(['fired']);
    now += 601 * SECOND;
    await expect.poll(tellings).toEqual(['fired', 'repeated']);
    now += 301 * SECOND;
    await expect.poll(tellings).toEqual(['fired', 'repeated', 'escalated']);
    expect(told.at(-1)?.alert.escalation).toBe(1);
    await database.db
      .updateTable('alerts')
      .set({ acknowledged_at: new Date(now) })
      .execute();
    now += 10_000 * SECOND;
    await rounds(evaluator);
    expect(told).toHaveLength(3);
    expect(await database.db.selectFrom('alerts').select('due_at').execute()).toEqual([{ due_at: null }]);
  });

  it('is told once of what was missed while nobody evaluated', async () => {
    await makeRule({ repeat: 60 });
    say(12.5);
    const first = start();
    await expect.poll(tellings).toEqual(['fired']);
    await first.stop();
    now += 600 * SECOND;
    await rounds(start());
    expect(tellings()).toEqual(['fired', 'repeated']);
  });
});

describe('what is not watched any longer', () => {
  it.each([
    [
      'changed',
      'rule_changed',
      (id: string) => changeRule(database.db, id, errorRule({ when: { kind: 'above', value: 50 } })),
    ],
    [
      'disabled',
      'rule_disabled',
      (id: string) =>
        database.db.updateTable('alert_rules').set({ enabled: false }).where('id', '=', id).execute(),
    ],
    [
      'deleted',
      'rule_deleted',
      (id: string) =>
        database.db.updateTable('alert_rules').set({ deleted_at: new Date() }).where('id', '=', id).execute(),
    ],
  ] as const)(
    'ends the alert of a rule that is %s, whether anybody evaluates then or not',
    async (_how, because, change) => {
      const [watched, missed] = [await makeRule(), await makeRule()];
      say(12.5);
      const first = start();
      await expect.poll(tellings).toEqual(['fired', 'fired']);
      await change(watched);
      await expect.poll(tellings).toEqual(['fired', 'fired', `resolved: ${because}`]);
      expect(told[2]?.alert).toMatchObject({ rule: { id: watched, version: 1 }, resolvedWith: null });
      await first.stop();
      await change(missed);
      await rounds(start());
      expect(tellings()).toEqual(['fired', 'fired', `resolved: ${because}`, `resolved: ${because}`]);
      expect(await database.db.selectFrom('alert_states').selectAll().execute()).toEqual([]);
    },
  );

  it('fires anew under the new version of its rule, if that is bad as well', async () => {
    const rule = await makeRule();
    say(12.5);
    start();
    await expect.poll(tellings).toEqual(['fired']);
    await changeRule(database.db, rule, errorRule({ severity: 'warning' }));
    await expect.poll(tellings).toEqual(['fired', 'resolved: rule_changed', 'fired']);
    expect(told[2]?.alert.rule).toMatchObject({ version: 2, rule: { severity: 'warning' } });
  });

  it('lasts on when its rule has but another name', async () => {
    const rule = await makeRule();
    say(12.5);
    const evaluator = start();
    await expect.poll(tellings).toEqual(['fired']);
    await changeRule(database.db, rule, errorRule(), 'Failures');
    await rounds(evaluator);
    await evaluator.stop();
    await rounds(start());
    expect(tellings()).toEqual(['fired']);
  });

  it('ends when its instance is gone for two minutes, and not before', async () => {
    const cpu = { signal: 'cpu_used', when: { kind: 'above', value: 80 } } as const;
    await makeRule(cpu);
    say(95, { signal: 'cpu_used', subject: 'api-1' });
    const evaluator = start({ now: passing(1) });
    await expect.poll(tellings).toEqual(['fired']);
    say(10, { signal: 'cpu_used', subject: 'api-2' });
    await rounds(evaluator);
    now += 100 * SECOND;
    await rounds(evaluator);
    expect(tellings()).toEqual(['fired']);
    now += 21 * SECOND;
    await expect.poll(tellings).toEqual(['fired', 'resolved: subject_gone']);
  });

  it('goes with its tenant', async () => {
    await insertTenants(database.db, 'other');
    await makeRule({}, 'other');
    await makeRule();
    say(12.5, { tenantId: 'other' });
    const evaluator = start();
    await expect.poll(tellings).toEqual(['fired']);
    await database.db.deleteFrom('tenants').where('id', '=', 'other').execute();
    say(1, { tenantId: 'other' });
    say(12.5);
    await expect.poll(tellings).toEqual(['fired', 'fired']);
    await rounds(evaluator);
    expect(tellings()).toEqual(['fired', 'fired']);
  });
});

describe('readers', () => {
  it('are asked once for equal numbers of many rules', async () => {
    await makeRule();
    await makeRule({ when: { kind: 'above', value: 50 } });
    await makeRule({ window: 600 });
    const asked: number[] = [];
    const counting: SignalReader = {
      signals: ['error_rate'],
      read: async (questions) => {
        asked.push(questions.length);
        return questions.map(() => []);
      },
    };
    await rounds(start({ readers: [counting] }));
    expect(new Set(asked)).toEqual(new Set([2]));
  });

  it('that fail leave what is known as it is, and the others go on', async () => {
    await makeRule({ missing: 'clear' });
    await makeRule({ signal: 'cpu_used', when: { kind: 'above', value: 80 } });
    say(12.5);
    let failing = false;
    const first = reader(['error_rate']);
    const broken: SignalReader = {
      ...first,
      read: (questions, at) => (failing ? Promise.reject(new Error('away')) : first.read(questions, at)),
    };
    const evaluator = start({ readers: [broken, reader(['cpu_used'])] });
    await expect.poll(tellings).toEqual(['fired']);
    failing = true;
    say(95, { signal: 'cpu_used', subject: 'api-1' });
    await expect.poll(tellings).toEqual(['fired', 'fired']);
    await rounds(evaluator);
    expect(evaluator.status().failingReaders).toBe(1);
    failing = false;
    say(1);
    await expect.poll(tellings).toEqual(['fired', 'fired', 'resolved: well']);
    expect(evaluator.status().failingReaders).toBe(0);
  });

  it('that are slow do not hold up the others, are asked one thing at a time, and count for when they were asked', async () => {
    await makeRule();
    await makeRule({ signal: 'cpu_used', when: { kind: 'above', value: 80 } });
    const answers: (() => void)[] = [];
    const askedAt: Date[] = [];
    const slow: SignalReader = {
      signals: ['error_rate'],
      read: (questions, at) => {
        askedAt.push(at);
        return new Promise((resolve) => {
          answers.push(() => resolve(questions.map(() => [{ subject: TENANT, value: 12.5 }])));
        });
      },
    };
    say(95, { signal: 'cpu_used', subject: 'api-1' });
    const evaluator = start({ readers: [slow, reader(['cpu_used'])] });
    await expect.poll(tellings).toEqual(['fired']);
    await rounds(evaluator);
    expect(answers).toHaveLength(1);
    answers[0]?.();
    await expect.poll(tellings).toEqual(['fired', 'fired']);
    expect(told[1]?.alert.firedAt).toEqual(askedAt[0]);
  });
});

it('writes nothing but the lease while nothing changes', async () => {
  await makeRule();
  say(1);
  const evaluator = start();
  await rounds(evaluator);
  expect(await database.db.selectFrom('alert_states').selectAll().execute()).toEqual([]);
  say(12.5);
  await expect.poll(tellings).toEqual(['fired']);
  const versions = () =>
    database.db.selectFrom('alert_states').select(sql<string>`xmin::text`.as('xmin')).execute();
  // It is told before its transaction has ended.
  await expect.poll(versions).toHaveLength(1);
  const before = await versions();
  await rounds(evaluator);
  expect(await versions()).toEqual(before);
});

it('holds up no tenant because another cannot be told', async () => {
  await insertTenants(database.db, 'other');
  await makeRule();
  await makeRule({}, 'other');
  say(12.5);
  say(12.5, { tenantId: 'other' });
  let broken = true;
  const partly: AlertTelling = {
    tell: async (_db, news) => {
      if (broken && news.some(({ alert }) => alert.tenantId === TENANT)) {
        throw new Error('this tenant cannot be told');
      }
      told.push(...news);
    },
  };
  const evaluator = start({ telling: partly });
  await expect.poll(() => told.map(({ alert }) => alert.tenantId)).toEqual(['other']);
  await rounds(evaluator);
  expect(await database.db.selectFrom('alerts').select('tenant_id').execute()).toEqual([
    { tenant_id: 'other' },
  ]);
  broken = false;
  await expect.poll(() => told.map(({ alert }) => alert.tenantId)).toEqual(['other', TENANT]);
});
