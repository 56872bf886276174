import { billingMonth, monthAt } from '@riwayat/billing';
import type { RecordedColumn, RecordedRequests } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { audit } from '../audit/audit.ts';
import { CSV_TYPE, csvHead } from '../documents/csv.ts';
import type { Seller } from '../documents/invoice-document.ts';
import { usageReportPdf } from '../documents/pdf/usage-report.ts';
import { localeOf, readerLanguage } from '../documents/reader.ts';
import { PDF_FILE, sendFile } from '../documents/send-file.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { attachment } from '../files/content-disposition.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { can } from '../identity/permissions.ts';
import type { Database } from '../postgres/database.ts';
import { type DetailedParts, detailedOf, type Sections } from '../usage/detailed.ts';
import { type Question, type QuestionOptions, questionOf } from '../usage/question.ts';
import { usageQuery } from '../usage/schema.ts';
import { type SummaryParts, summaryOf } from '../usage/summary.ts';
import { daysCsv } from './days-csv.ts';
import { sendDownload } from './download.ts';
import { requestColumns } from './request-columns.ts';
import { ExportTurns, LONGEST_EXPORT_MS } from './turns.ts';

export interface ExportRoutesOptions extends QuestionOptions, DetailedParts, SummaryParts {
  readonly seller: Seller;
  readonly database: Database;
  readonly recorded: RecordedRequests;
}

const reportQuery = readerLanguage.extend({
  month: z
    .string()
    .regex(/^(19[78]\d|199\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])$/, 'must be a month: YYYY-MM')
    .optional()
    .describe('The running month unless given'),
});

/** What of an export's rows is a text file's. */
const CSV_FILE = {
  description: 'A table (RFC 4180) that begins with a byte order mark',
  content: { 'text/csv': { schema: z.string() } },
};

/** A tenant's usage as files. */
export const exportRoutes: FastifyPluginAsyncZod<ExportRoutesOptions> = async (app, options) => {
  const { recorded, now } = options;
  const turns = new ExportTurns();
  const route = {
    config: { usage: { tenant: 'platform' as const, kind: 'download' as const } },
    // Of a file that is made while it is sent, nothing can be said without making it.
    exposeHeadRoute: false,
    onRequest: requirePermission('usage:read', 'endpoints:read', 'people:read'),
  };
  const common = {
    tags: ['usage'],
    security: [{ bearer: [] }],
    querystring: usageQuery,
    response: { 200: CSV_FILE, ...problemResponses(400, 401, 403, 429, 503) },
  };

  app.get(
    '/api/v1/tenant/usage/export.csv',
    {
      ...route,
      schema: {
        ...common,
        summary: 'Every request of a period as a CSV file, oldest first',
        description:
          'Streamed, and packed with gzip where that is accepted. Endpoints and people are in it for those who may see them. One at a time for each person, and some for each tenant: 429 with Retry-After says to wait. One that takes longer than half an hour is cut off.',
      },
    },
    async (request, reply) => {
      const question = await questionOf(request, request.query, 'export', options);
      const { scope, period, principal } = question;
      const sections = sectionsOf(question);
      const over = turns.take(principal);
      try {
        await writeDown(options.database, question, 'requests', sections);
      } catch (error) {
        over();
        throw error;
      }
      const startedAt = now();
      const columns = requestColumns(sections);
      const pages = recorded.csv(scope, { range: period, storedBy: startedAt, columns });
      const until = startedAt.getTime() + LONGEST_EXPORT_MS;
      return sendDownload(request, reply, {
        fileName: fileName('requests', question),
        type: CSV_TYPE,
        pieces: headed(columns, inTime(pages, until, now)),
        over,
      });
    },
  );

  app.get(
    '/api/v1/tenant/usage/days.csv',
    {
      ...route,
      schema: { ...common, summary: 'The days of a period with their costs as a CSV file' },
    },
    async (request, reply) => {
      const question = await questionOf(request, request.query, 'export', options);
      const nothingMore = { endpoints: false, people: false };
      const usage = await detailedOf(question.scope, question.period, nothingMore, options);
      await writeDown(options.database, question, 'days', nothingMore);
      return reply
        .header('cache-control', 'private, no-store')
        .header('content-disposition', attachment(fileName('days', question)))
        .type(CSV_TYPE)
        .send(daysCsv(usage));
    },
  );

  app.get(
    '/api/v1/tenant/usage/report.pdf',
    {
      ...route,
      onRequest: requirePermission('usage:read'),
      schema: {
        ...common,
        querystring: reportQuery,
        summary: 'What a month came to: totals, costs, days, endpoints and people, as PDF',
        response: { ...common.response, 200: PDF_FILE },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const tenant = await options.tenants.find(principal.tenantId);
      if (tenant === undefined) {
        throw problem('tenant-unknown');
      }
      const running = monthAt(now(), tenant.timezone);
      const { month = running, locale = await localeOf(options.database.db, principal) } = request.query;
      const { days } = billingMonth(month, tenant.timezone);
      const [start = '', end = ''] = [days.at(0), days.at(-1)];
      const asked = month === running ? { period: 'current_month' as const } : { start, end };
      const question = await questionOf(request, asked, 'export', options);
      const { scope, period } = question;
      const sections = sectionsOf(question);
      const agreement = await options.costs.agreementOf(scope.tenantId);
      const [summary, detailed, cost] = await Promise.all([
        summaryOf(scope, period, options),
        detailedOf(scope, period, sections, options),
        agreement && options.costs.ofPeriod(scope.tenantId, agreement, period),
      ]);
      const content = await usageReportPdf({
        tenant: { id: tenant.id, name: tenant.name },
        seller: options.seller,
        locale,
        month,
        createdAt: now(),
        summary,
        detailed,
        components: cost?.groups ?? [],
      });
      await writeDown(options.database, question, 'report', sections);
      return sendFile(reply, { name: `usage-${month}.pdf`, type: 'application/pdf', content });
    },
  );
};

function sectionsOf({ principal: { role } }: Question): Sections {
  return { endpoints: can(role, 'endpoints:read'), people: can(role, 'people:read') };
}

function fileName(content: string, { period: { start, end } }: Question): string {
  return `usage-${content}-${start}-${end}.csv`;
}

async function writeDown(
  { db }: Database,
  { read: { actor, tenantId, start, end } }: Question,
  content: string,
  { endpoints, people }: Sections,
): Promise<void> {
  await audit(db, {
    actor,
    tenantId,
    action: 'usage.exported',
    details: { content, start, end, endpoints, people },
  });
}

/** A file of lines, its names first. */
async function* headed(
  columns: readonly RecordedColumn[],
  pages: AsyncIterable<string>,
): AsyncGenerator<string> {
  yield csvHead(columns);
  yield* pages;
}

/** @throws {Error} at the first page that is asked for too late */
async function* inTime(pages: AsyncIterable<string>, until: number, now: () => Date): AsyncGenerator<string> {
  for await (const page of pages) {
    if (now().getTime() > until) {
      throw new Error('An export was taken for longer than it may take, and cut off.');
    }
    yield page;
  }
}
