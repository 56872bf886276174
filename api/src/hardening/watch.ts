import { PLATFORM_TENANT } from '@riwayat/collector';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { actorOf, audit } from '../audit/audit.ts';
import type { ProblemCode } from '../errors/catalogue.ts';
import type { ProblemError } from '../errors/problem.ts';
import type { Database } from '../postgres/database.ts';
import { TENANT_HEADER } from '../tenants/storefront.ts';
import type { Anomalies, AnomalyKind } from './anomalies.ts';
import { subscriberOf } from './subscriber.ts';

/** Problems that are nothing by themselves, and an attack when there are many. */
const SUSPICIOUS: Partial<Readonly<Record<ProblemCode, AnomalyKind>>> = {
  'invalid-credentials': 'failed-logins',
  'second-factor-invalid': 'failed-logins',
  'account-locked': 'failed-logins',
  'file-type-refused': 'refused-uploads',
  'file-damaged': 'refused-uploads',
  'file-unsafe': 'refused-uploads',
  'file-too-large': 'refused-uploads',
  'too-many-requests': 'rate-limited',
  'origin-refused': 'foreign-origin',
  'webhook-signature-invalid': 'forged-webhooks',
};

/** What is aimed at the platform, whoever's page it went through. */
const OF_THE_PLATFORM: ReadonlySet<AnomalyKind> = new Set(['forged-webhooks']);

/** Longest name of a tenant that the audit log repeats. */
const LONGEST_NAME = 63;

/** For the problem documents: counts the problems that an attack is made of. */
export function observeProblems(
  anomalies: Anomalies,
): (found: ProblemError, request: FastifyRequest) => void {
  return (found, request) => {
    const kind = SUSPICIOUS[found.code];
    if (kind !== undefined) {
      const { principal, storefront, ip, routeOptions } = request;
      anomalies.note({
        kind,
        tenantId: OF_THE_PLATFORM.has(kind)
          ? PLATFORM_TENANT
          : (principal?.tenantId ?? storefront?.id ?? PLATFORM_TENANT),
        source: subscriberOf(ip),
        userId: principal?.userId ?? '',
        endpoint: routeOptions.url ?? '',
      });
    }
  };
}

export interface CrossTenantWatchOptions {
  readonly anomalies: Anomalies;
  readonly database: Database;
}

/**
 * Sees to it that whoever is logged in for one tenant and names another leaves a trace: an anomaly, and a line in the
 * audit log. They get nothing of the other tenant anyway. Register after `storefront`.
 */
export const crossTenantWatch = fastifyPlugin(
  async (app: FastifyInstance, { anomalies, database }: CrossTenantWatchOptions) => {
    app.addHook('onRequest', function watchTenants(request, _reply, done) {
      const { principal } = request;
      const named = request.headers[TENANT_HEADER];
      if (principal !== null && named !== undefined && named !== principal.tenantId) {
        const { tenantId, userId } = principal;
        const endpoint = request.routeOptions.url ?? '';
        if (anomalies.note({ kind: 'cross-tenant', tenantId, source: userId, userId, endpoint })) {
          audit(database.db, {
            action: 'access.cross-tenant',
            tenantId,
            actor: actorOf(request),
            details: { named: String(named).slice(0, LONGEST_NAME), endpoint },
          }).catch((error) => request.log.error({ err: error }, 'an anomaly could not be audited'));
        }
      }
      done();
    });
  },
  { name: 'cross-tenant-watch', dependencies: ['storefront'] },
);
