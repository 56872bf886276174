import { randomUUID } from 'node:crypto';
import { dayAt } from '@riwayat/billing';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { send } from '../channels/send.ts';
import { localeOf, readerLanguage } from '../documents/reader.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Principal } from '../identity/principal.ts';
import { MAIL_TEMPLATES } from '../notifications/mail-templates.ts';
import { mailText } from '../notifications/mail-text.ts';
import type { Database } from '../postgres/database.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { UsageReads } from '../usage/reads.ts';
import { wantedReports, wantReports } from './recipients.ts';
import { REPORT_KINDS, type ReportKind, type UsageReport } from './report.ts';
import { reportAttachments } from './report-mail.ts';
import { reportMessages, reportValues } from './send-reports.ts';
import type { UsageReports } from './usage-reports.ts';

/** Nothing is loaded and nothing runs: a picture is in the page itself, and mails have their styles inside. */
const MAIL_CONTENT_POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

const kindField = z.enum(REPORT_KINDS).describe('daily: about yesterday; weekly: about the last whole week');
const kindQuery = z.object({ kind: kindField.default('weekly') });
const wantedBody = z
  .object({ daily: z.boolean(), weekly: z.boolean() })
  .meta({ id: 'WantedReports', examples: [{ daily: false, weekly: true }] });
const HTML_PAGE = {
  description: 'The mail as it is sent, its pictures inside',
  content: { 'text/html': { schema: z.string() } },
};

export interface ReportRoutesOptions {
  readonly database: Database;
  readonly reports: UsageReports;
  readonly tenants: TenantDirectory;
  readonly reads: UsageReads;
  /** Where people reach the application. */
  readonly publicUrl: string;
  readonly now: () => Date;
}

/** Usage reports by mail: how they look, and who wants them. */
export const reportRoutes: FastifyPluginAsyncZod<ReportRoutesOptions> = async (
  app,
  { database, reports, tenants, reads, publicUrl, now },
) => {
  const { db } = database;
  const config = { usage: { tenant: 'platform' as const } };
  const common = { tags: ['reports'], security: [{ bearer: [] }] };

  /** @throws {ProblemError} `tenant-unknown`; `conflict` when nothing was used */
  async function reportFor(
    { tenantId }: Principal,
    kind: ReportKind,
  ): Promise<{ tenant: Tenant; report: UsageReport }> {
    const tenant = await tenants.find(tenantId);
    if (tenant === undefined) {
      throw problem('tenant-unknown');
    }
    const report = await reports.of(tenant, kind, dayAt(now(), tenant.timezone));
    if (report === undefined) {
      const when = kind === 'daily' ? 'yesterday' : 'in the last week';
      throw problem('conflict', {
        detail: `Nothing was used ${when}, and of nothing there is no report. Ask again when something was.`,
      });
    }
    return { tenant, report };
  }

  app.get(
    '/api/v1/tenant/reports/preview',
    {
      config,
      onRequest: requirePermission('reports:manage'),
      schema: {
        ...common,
        summary: 'A usage report as its mail shows it',
        querystring: kindQuery.extend(readerLanguage.shape),
        response: { 200: HTML_PAGE, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { kind, locale: asked } = request.query;
      const { tenant, report } = await reportFor(principal, kind);
      const { tenantId } = principal;
      const { start, end } = report;
      reads.note({ actor: actorOf(request), tenantId, view: 'report', start, end });
      const locale = asked ?? (await localeOf(db, principal));
      const values = reportValues(report, await readerOf(principal), publicUrl);
      const { name, timezone } = tenant;
      const letter = MAIL_TEMPLATES['usage-report'].letter(values, { tenant: name, timezone, locale });
      const page = reportAttachments(values, locale).reduce(
        (html, { contentId, content }) =>
          html.replace(`cid:${contentId}`, `data:image/png;base64,${content.toString('base64')}`),
        mailText(letter, locale).html,
      );
      return reply
        .header('cache-control', 'private, no-store')
        .header('content-security-policy', MAIL_CONTENT_POLICY)
        .type('text/html; charset=utf-8')
        .send(page);
    },
  );

  app.post(
    '/api/v1/tenant/reports/send-test',
    {
      config,
      onRequest: requirePermission('reports:manage'),
      schema: {
        ...common,
        summary: 'Send a usage report to oneself, now',
        body: z.object({ kind: kindField }).meta({ examples: [{ kind: 'weekly' }] }),
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { report } = await reportFor(principal, request.body.kind);
      const messages = reportMessages(report, [await readerOf(principal)], {
        tenantId: principal.tenantId,
        publicUrl,
        dedupeKey: `usage-report test ${randomUUID()}`,
      });
      await db.transaction().execute((transaction) => send(transaction, messages, now()));
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v1/account/reports',
    {
      config,
      onRequest: requirePermission('account:own'),
      schema: {
        ...common,
        summary: 'Which usage reports one wants by mail',
        description: 'Administrators and managers get those that the tenant has on, unless they want none.',
        response: { 200: wantedBody, ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return wantedReports(db, principalOf(request));
    },
  );

  app.put(
    '/api/v1/account/reports',
    {
      config,
      onRequest: requirePermission('account:own'),
      schema: {
        ...common,
        summary: 'Say which usage reports one wants by mail',
        body: wantedBody,
        response: { 200: wantedBody, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const wanted = request.body;
      await db.transaction().execute((transaction) => wantReports(transaction, principal, wanted));
      reply.header('cache-control', 'private, no-store');
      return wanted;
    },
  );

  async function readerOf({ userId }: Principal) {
    const { name } = await db
      .selectFrom('users')
      .where('id', '=', userId)
      .select('name')
      .executeTakeFirstOrThrow();
    return { id: userId, name, role: 'administrator' as const };
  }
};
