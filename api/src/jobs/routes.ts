import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Permission } from '../identity/permissions.ts';
import type { Principal } from '../identity/principal.ts';
import { newestFirstQuery, numberedParams } from '../postgres/newest-first.ts';
import { JOB_STATES, type JobState } from './state.ts';
import type { JobChange, JobScope, StoredJob, StoredJobs } from './stored-jobs.ts';

const jobBody = z
  .object({
    id: z.string(),
    task: z.string().describe('What kind of job it is'),
    tenant_id: z.string().nullable().describe('Whose it is; null: nobody’s in particular'),
    state: z
      .enum(JOB_STATES)
      .describe('scheduled: put off, also between two attempts; failed: given up until somebody retries it'),
    attempts: z.int(),
    max_attempts: z.int(),
    last_error: z.string().nullable().describe('Why the last attempt failed'),
    created_at: z.iso.datetime(),
    run_at: z.iso.datetime().describe('When it is or was due'),
  })
  .meta({
    id: 'Job',
    examples: [
      {
        id: '1042',
        task: 'deliver-mail',
        tenant_id: 'chill-ajar',
        state: 'failed',
        attempts: 9,
        max_attempts: 9,
        last_error: 'The mail server answered 451.',
        created_at: '2026-11-21T07:00:00.000Z',
        run_at: '2026-11-21T08:18:00.000Z',
      },
    ],
  });

const jobsPage = z.object({ data: z.array(jobBody), next_cursor: z.string().nullable() });

const jobsQuery = newestFirstQuery.extend({
  state: z.enum(JOB_STATES).optional().describe('Only jobs in this state; all unless given'),
});

/** What a job that is not given up does next, for whoever wants to retry or discard it. */
const INSTEAD: Readonly<Record<Exclude<JobState, 'failed'>, string>> = {
  waiting: 'It is about to be done.',
  scheduled: 'It will be tried again by itself; see its run_at.',
  running: 'It is being done at this moment.',
};

/** Where jobs can be looked at, by whom, and whose they are. */
interface Window {
  readonly path: string;
  readonly whose: string;
  readonly read: Permission;
  readonly manage: Permission;
  readonly scope: (principal: Principal) => JobScope;
}

const WINDOWS: readonly Window[] = [
  {
    path: '/api/v1/tenant/jobs',
    whose: 'of the tenant',
    read: 'jobs:read',
    manage: 'jobs:manage',
    scope: ({ tenantId }) => ({ tenantId }),
  },
  {
    path: '/api/v1/platform/jobs',
    whose: 'of all tenants',
    read: 'platform:jobs',
    manage: 'platform:jobs',
    scope: () => 'all',
  },
];

export interface JobRoutesOptions {
  readonly stored: StoredJobs;
}

/** Background jobs that are not done, and what can be done about those that were given up. */
export const jobRoutes: FastifyPluginAsyncZod<JobRoutesOptions> = async (app, { stored }) => {
  const config = { usage: { tenant: 'platform' as const } };
  const common = { tags: ['jobs'], security: [{ bearer: [] }] };

  for (const { path, whose, read, manage, scope } of WINDOWS) {
    app.get(
      path,
      {
        config,
        onRequest: requirePermission(read),
        schema: {
          ...common,
          summary: `Background jobs ${whose} that are not done, newest first`,
          querystring: jobsQuery,
          response: { 200: jobsPage, ...problemResponses(400, 401, 403, 503) },
        },
      },
      async (request, reply) => {
        const { state, limit, cursor } = request.query;
        const { jobs, nextCursor } = await stored.list(scope(principalOf(request)), { state, limit, cursor });
        reply.header('cache-control', 'private, no-store');
        return { data: jobs.map(described), next_cursor: nextCursor };
      },
    );

    const changing = {
      config,
      onRequest: requirePermission(manage),
      schema: {
        ...common,
        params: numberedParams,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    };

    app.post(
      `${path}/:id/retry`,
      {
        ...changing,
        schema: { ...changing.schema, summary: `Try a job ${whose} again that was given up` },
      },
      async (request, reply) => {
        const { id } = request.params;
        assertChanged(await stored.retry(scope(principalOf(request)), id, actorOf(request)));
        return reply.code(204).send();
      },
    );

    app.post(
      `${path}/:id/discard`,
      {
        ...changing,
        schema: { ...changing.schema, summary: `Delete a job ${whose} that was given up` },
      },
      async (request, reply) => {
        const { id } = request.params;
        assertChanged(await stored.discard(scope(principalOf(request)), id, actorOf(request)));
        return reply.code(204).send();
      },
    );
  }
};

/** @throws {ProblemError} `not-found`; `conflict` when the job was not given up */
function assertChanged(change: JobChange): void {
  if (change.outcome === 'unknown') {
    throw problem('not-found', { detail: 'There is no such job. It may have been done in the meantime.' });
  }
  if (change.outcome === 'not-failed') {
    throw problem('conflict', { detail: `The job was not given up. ${INSTEAD[change.state]}` });
  }
}

function described(job: StoredJob): z.infer<typeof jobBody> {
  return {
    id: job.id,
    task: job.task,
    tenant_id: job.tenantId,
    state: job.state,
    attempts: job.attempts,
    max_attempts: job.maxAttempts,
    last_error: job.lastError,
    created_at: job.createdAt.toISOString(),
    run_at: job.runAt.toISOString(),
  };
}
