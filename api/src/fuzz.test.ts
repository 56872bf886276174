// Sends every documented route what its schemas allow and what they nearly allow: as somebody who may use it, as an
// administrator, as a member, as a stranger and as another application. FUZZ_RUNS is how many requests each gets: 5000 for the thorough run.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate as immediate } from 'node:timers/promises';
import type { TenantId } from '@riwayat/collector';
import fc from 'fast-check';
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantRole } from './identity/permissions.ts';
import { startApplication, type TestApplication } from './testing/application.ts';
import { Documented, type DocumentedRoute } from './testing/documented.ts';
import { inherited } from './testing/environment.ts';
import { type FuzzedRequest, requestsTo, type Sender } from './testing/fuzzing.ts';

const DEFAULT_RUNS = 40;
const RUNS = Number(inherited['FUZZ_RUNS'] ?? DEFAULT_RUNS);
/** Some of them hash a password, which takes its time on purpose; an erasure waits for the store to write anew. */
const MS_PER_RUN = 1_000;
const FIRST_RUN_MS = 30_000;
const PASSWORD = 'correct horse battery staple';

/** What only a stack, a statement or a driver says. */
const LEAK =
  /\bat .{1,80}\.[cm]?[jt]s:\d+|node_modules|\/api\/src\/|\b(?:select|insert into|update|delete from) "|SQLSTATE|syntax error at or near|violates (?:unique|check|not-null|foreign)|duplicate key value|relation "|invalid byte sequence|invalid input syntax|graphile_worker|ECONNREFUSED/i;
const SERVER_ERROR = 500;
/** What Fastify itself answers before a route is asked: an address that cannot be decoded, or leads nowhere. */
const ROUTERS_OWN = new Set([400, 404, 405, 413, 414, 415]);

const committed = new Documented(
  JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')),
);

describe(`every documented route, asked ${RUNS} times`, () => {
  let application: TestApplication;
  let tenant: TenantId;
  let key: string;
  const tokens = new Map<Sender, string>();
  const statuses = new Map<string, Map<number, number>>();
  const knownIds: string[] = [];

  beforeAll(async () => {
    application = await startApplication({ LOG_LEVEL: 'silent', DEFAULT_TENANT: 'ours' });
    tenant = await application.createTenant('ours', []);
    await application.createTenant('theirs', ['administrator']);
    const newKey = () =>
      application.services.keys.create(tenant, {
        name: 'fuzz',
        scopes: ['ingest:requests', 'ingest:events', 'ingest:traces'],
        eventsPerSecond: 100_000,
        burst: 100_000,
        expiresAt: undefined,
        createdBy: null,
      });
    key = (await newKey()).secret;
    // Another one may be revoked.
    knownIds.push((await newKey()).key.id);
  });
  afterAll(async () => {
    const sum = [...statuses.values()]
      .flatMap((counts) => [...counts.values()])
      .reduce((all, one) => all + one, 0);
    await application.stop();
    expect(sum).toBeGreaterThanOrEqual(RUNS);
  });

  /** Somebody new: the one before may be locked, logged out, or no longer what they were. */
  async function somebody(role: TenantRole): Promise<string> {
    const email = `${randomBytes(6).toString('hex')}@ours.example`;
    await application.services.people.createUser({
      email,
      name: role,
      password: PASSWORD,
      memberships: [{ tenantId: tenant, role }],
    });
    const answer = await application.app.inject({
      method: 'POST',
      url: '/api/login',
      remoteAddress: `10.${[...randomBytes(3)].join('.')}`,
      payload: { email, password: PASSWORD },
    });
    return answer.json().access_token;
  }

  async function credential(sender: Sender): Promise<string | undefined> {
    switch (sender) {
      case 'stranger':
        return undefined;
      case 'key':
        return key;
      default: {
        const token =
          tokens.get(sender) ??
          (await (sender === 'operator' ? application.operatorToken('proved') : somebody(sender)));
        tokens.set(sender, token);
        return token;
      }
    }
  }

  async function send({ sender, request }: FuzzedRequest): Promise<LightMyRequestResponse> {
    const token = await credential(sender);
    const answer = await application.app.inject({
      ...request,
      headers: { ...request.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    });
    // Requests that never leave the process would keep its timers from running, which counts as overload.
    await immediate();
    if (answer.statusCode === 401) {
      tokens.delete(sender);
    }
    return answer;
  }

  function judge({ route, operation }: DocumentedRoute, answer: LightMyRequestResponse): void {
    const { statusCode: status, body, headers } = answer;
    expect(status, body).toBeLessThan(SERVER_ERROR);
    expect(body).not.toMatch(LEAK);
    expect(headers['x-content-type-options']).toBe('nosniff');
    const documented = operation.responses[status];
    const type = String(headers['content-type'] ?? '').split(';')[0] ?? '';
    if (documented === undefined) {
      expect(ROUTERS_OWN, `${route} answers ${status}, which it does not document: ${body}`).toContain(
        status,
      );
      return;
    }
    const schema = documented.content?.[type]?.schema;
    if (schema !== undefined && type.endsWith('json')) {
      const { error } = committed.rules(schema).safeParse(answer.json());
      expect(error?.message, body).toBeUndefined();
    } else if (body !== '') {
      expect(Object.keys(documented.content ?? {}), `${route} ${status}: ${body.slice(0, 200)}`).toContain(
        type,
      );
    }
  }

  it.each(committed.routes.map((route) => [route.route, route] as const))(
    '%s',
    async (name, route) => {
      const counts = new Map<number, number>();
      statuses.set(name, counts);
      await fc.assert(
        fc.asyncProperty(requestsTo(committed, route, knownIds), async (fuzzed) => {
          const answer = await send(fuzzed);
          counts.set(answer.statusCode, (counts.get(answer.statusCode) ?? 0) + 1);
          judge(route, answer);
        }),
        { numRuns: RUNS },
      );
    },
    FIRST_RUN_MS + RUNS * MS_PER_RUN,
  );
});
