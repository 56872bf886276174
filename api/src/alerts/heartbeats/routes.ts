import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, audit } from '../../audit/audit.ts';
import { problem, problemResponses } from '../../errors/problem.ts';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import type { Keyring } from '../../keys/keyring.ts';
import type { Database } from '../../postgres/database.ts';
import { isTenantId } from '../../tenants/tenant.ts';
import { HEARTBEATS, noteHeartbeat } from './heartbeats.ts';

const BEARER = /^Bearer +(\S+)$/i;

export interface HeartbeatRoutesOptions {
  readonly database: Database;
  readonly keyring: Pick<Keyring, 'judge'>;
  readonly now: () => Date;
}

/** Where jobs that run outside of the application, such as backups, say that they went well. */
export const heartbeatRoutes: FastifyPluginAsyncZod<HeartbeatRoutesOptions> = async (
  app,
  { database, keyring, now },
) => {
  app.post(
    '/api/v1/platform/heartbeats/:name',
    {
      config: { usage: { tenant: 'platform' } },
      onRequest: async (request) => {
        await requirePlatformKey(request, keyring);
      },
      schema: {
        tags: ['alerts'],
        summary: 'Say that a job went well; an alert fires when it is not said for too long',
        description:
          'With an API key of the tenant that operators are people of, made on the command line: a job has no second factor.',
        security: [{ apiKey: [] }],
        params: z.object({ name: z.enum(HEARTBEATS) }),
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const at = now();
      await database.db.transaction().execute(async (transaction) => {
        await noteHeartbeat(transaction, name, at);
        await audit(transaction, {
          actor: actorOf(request),
          tenantId: isTenantId(OPERATORS_TENANT) ? OPERATORS_TENANT : null,
          action: 'heartbeat.told',
          subject: { kind: 'heartbeat', id: name },
        });
      });
      return reply.code(204).send();
    },
  );
};

/** @throws {ProblemError} `authentication-required` without a valid key; `forbidden` for one of another tenant */
async function requirePlatformKey(request: FastifyRequest, keyring: Pick<Keyring, 'judge'>): Promise<void> {
  const [, offered] = BEARER.exec(request.headers.authorization ?? '') ?? [];
  const verdict = offered === undefined ? undefined : await keyring.judge(offered);
  if (verdict?.status !== 'valid') {
    throw problem('authentication-required', { challenge: 'Bearer' });
  }
  if (verdict.credential.tenantId !== OPERATORS_TENANT) {
    throw problem('forbidden');
  }
}
