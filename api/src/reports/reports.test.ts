import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { microseconds, type TenantId } from '@riwayat/collector';
import type { InjectOptions } from 'fastify';
import { sql } from 'kysely';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openContract } from '../billing/contracts.ts';
import { mailCarrier } from '../notifications/mail-carrier.ts';
import { createMailer } from '../notifications/mailer.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { deliveryBy, FIRST_ATTEMPT } from '../testing/delivering.ts';
import { requestOf } from '../testing/records.ts';
import { usageReport } from './report.ts';
import { reportAttachments } from './report-mail.ts';
import { reportsFrom } from './reports-from.ts';
import { reportSending } from './send-reports.ts';

/** A Monday, 08:00 in Jakarta. */
const NOW = new Date('2026-11-16T01:00:00Z');
const TODAY = '2026-11-16';
const PREVIEW = '/api/v1/tenant/reports/preview';
const SEND_TEST = '/api/v1/tenant/reports/send-test';
const ACCOUNT = '/api/v1/account/reports';

let application: TestApplication;
let ours: TenantId;

beforeAll(async () => {
  application = await startApplication({ JOBS: 'off' }, () => NOW);
  ours = await application.createTenant('ours', ['administrator', 'manager', 'board', 'member']);
  await application.createTenant('idle', ['administrator']);
  await openContract(db(), { tenantId: ours, startedOn: '2026-01-01', plan: 'usage' });
  const { collector } = application.services;
  await collector.importSegment('ours', [
    // Sunday at nine in the morning: ten calls of two people, one an error, one slow.
    ...Array.from({ length: 10 }, (_, n) =>
      requestOf(ours, new Date(Date.parse('2026-11-15T02:00:00Z') + n), {
        userId: n % 2 === 0 ? 'u1' : 'u2',
        status: n === 0 ? 500 : 200,
        duration: microseconds(n === 9 ? 2_000 : 100),
      }),
    ),
    requestOf(ours, new Date('2026-11-09T02:00:00Z'), { endpoint: '/api/login', method: 'POST' }),
    // The week before, and the same Sunday a week earlier.
    ...Array.from({ length: 5 }, (_, n) => requestOf(ours, new Date(Date.parse('2026-11-08T02:00:00Z') + n))),
    // It is recorded from then on.
    requestOf(ours, new Date('2026-10-30T02:00:00Z')),
    // Monday is not over.
    requestOf(ours, new Date('2026-11-15T23:00:00Z')),
  ]);
}, 60_000);
afterAll(() => application.stop());
beforeEach(async () => {
  await sql`truncate reports_sent, report_opt_outs, outbox, alert_settings`.execute(db());
});

function db() {
  return application.services.database.db;
}

async function sendReports(date = TODAY, tenantId = 'ours'): Promise<void> {
  const { services } = application;
  const reports = reportsFrom({ ...services, now: () => NOW });
  const job = reportSending({ ...services, reports, publicUrl: 'https://riwayat.example' });
  await job.run({ tenantId, date }, FIRST_ATTEMPT);
}

const mails = () =>
  db()
    .selectFrom('outbox')
    .where('template', '=', 'usage-report')
    .select(['id', 'recipient', 'values'])
    .orderBy('recipient')
    .execute();

async function reportsInMails() {
  return (await mails()).map(({ recipient, values }) => {
    const { report } = values as { report: unknown };
    return { recipient, report: usageReport.parse(report) };
  });
}

async function ask(role: 'administrator' | 'manager' | 'member', request: InjectOptions, tenant = 'ours') {
  const token = await application.tokenOf(tenant, role);
  return application.app.inject({ ...request, headers: { authorization: `Bearer ${token}` } });
}

const daily = (on: boolean) =>
  sql`insert into alert_settings (tenant_id, daily_report, weekly_report) values ('ours', ${on}, ${!on})`.execute(
    db(),
  );

it('tells administrators and managers on Monday what was used in the last week, endpoints those alone who may see them', async () => {
  await sendReports();
  const [administrator, manager, ...others] = await reportsInMails();
  expect(others).toEqual([]);
  expect(administrator?.recipient).toBe('administrator@ours.example');
  expect(administrator?.report).toMatchObject({
    kind: 'weekly',
    start: '2026-11-09',
    end: '2026-11-15',
    usage: { calls: 11, errors: 1, people: 2 },
    before: { calls: 5, errors: 0, people: 1 },
    calls: [1, 0, 0, 0, 0, 0, 10],
    errors: [0, 0, 0, 0, 0, 0, 1],
    cost: { month: '2026-11', budget: null, days_in_month: 30 },
    alerts: { fired: { critical: 0 }, lasting: 0, mean_seconds_to_resolve: null, newest: [] },
  });
  expect(administrator?.report.endpoints).toMatchObject([
    { endpoint: '/api/public/kursus/:id', method: 'GET', calls: 10, error_percent: 10 },
    { endpoint: '/api/login', method: 'POST', calls: 1 },
  ]);
  expect(manager).toMatchObject({ recipient: 'manager@ours.example', report: { endpoints: null } });
});

it('says of response times what half and what nineteen of twenty stayed below', async () => {
  await daily(true);
  await sendReports();
  const [mail] = await reportsInMails();
  const { p50_ms, p95_ms } = mail?.report.usage ?? {};
  expect(Math.abs((p50_ms ?? 0) / 100 - 1)).toBeLessThan(0.02);
  expect(Math.abs((p95_ms ?? 0) / 2_000 - 1)).toBeLessThan(0.02);
});

it('says the cost of its days as the cost page does, and of the month so far', async () => {
  await sendReports();
  const [mail] = await reportsInMails();
  const page = await ask('administrator', {
    url: '/api/v1/tenant/usage/summary?start=2026-11-09&end=2026-11-15',
  });
  expect(mail?.report.cost?.period).toBe(String(page.json().total_cost.current));
  const month = await ask('administrator', { url: '/api/v1/tenant/usage/summary' });
  expect(mail?.report.cost?.so_far).toBe(String(month.json().total_cost.current));
  expect(mail?.report.cost?.days).toHaveLength(15);
});

it('is about yesterday by the hour where the tenant has daily reports, and leaves the weekly out', async () => {
  await daily(true);
  await sendReports('2026-11-16');
  const [mail, second] = await reportsInMails();
  expect(second?.recipient).toBe('manager@ours.example');
  expect(mail?.report).toMatchObject({
    kind: 'daily',
    start: '2026-11-15',
    before: { calls: 5 },
    errors: [],
  });
  expect(mail?.report.calls[9]).toBe(10);
});

it('sends a report once, however often and by how many the job is run', async () => {
  await Promise.all([sendReports(), sendReports(), sendReports()]);
  await sendReports('2026-11-17');
  expect(await mails()).toHaveLength(2);
});

it('sends nothing where nothing was used, to who wants none, and on Thursday', async () => {
  await sendReports(TODAY, 'idle');
  await sendReports('2026-11-19');
  expect(await mails()).toEqual([]);
  const off = { daily: true, weekly: false };
  const answer = await ask('manager', { method: 'PUT', url: ACCOUNT, payload: off });
  expect(answer.json()).toEqual(off);
  expect((await ask('manager', { url: ACCOUNT })).json()).toEqual(off);
  expect((await ask('administrator', { url: ACCOUNT })).json()).toEqual({ daily: true, weekly: true });
  await sendReports();
  expect((await mails()).map(({ recipient }) => recipient)).toEqual(['administrator@ours.example']);
});

it('counts the alerts of the days and how long they lasted', async () => {
  await sql`
    with some_rule as (select id, version from alert_rules where tenant_id = 'ours' order by id limit 1)
    insert into alerts (id, tenant_id, rule_id, rule_version, subject, severity, since, fired_at, fired_with, resolved_at)
    select 'alt_' || n, 'ours', some_rule.id, some_rule.version, 'ours' || n, 'warning', at, at, '{}',
      case when n < 3 then at + n * interval '10 minutes' end
    from some_rule, unnest(array['2026-11-10', '2026-11-12', '2026-11-14', '2026-11-02']::timestamptz[])
      with ordinality as fired (at, n)`.execute(db());
  await sendReports();
  await sql`delete from alerts`.execute(db());
  const [mail] = await reportsInMails();
  expect(mail?.report.alerts).toMatchObject({
    fired: { warning: 3, critical: 0 },
    lasting: 1,
    mean_seconds_to_resolve: 900,
  });
  expect(mail?.report.alerts.newest.map(({ resolved_at }) => resolved_at === null)).toEqual([
    true,
    false,
    false,
  ]);
});

it('arrives at a mail server with its charts inside, as pictures that the HTML names, and nothing remote', async () => {
  const received: string[] = [];
  const listener = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, _session, done) {
      text(stream).then((content) => {
        received.push(content);
        done();
      }, done);
    },
  });
  listener.listen(0, '127.0.0.1');
  await once(listener.server, 'listening');
  const { port } = listener.server.address() as AddressInfo;
  const mailer = createMailer({ url: `smtp://127.0.0.1:${port}`, from: 'no-reply@riwayat.example' });
  await sendReports();
  const [mail] = await mails();
  const carrier = mailCarrier({
    mailer,
    attachments: async ({ values, locale }) => reportAttachments(values, locale),
  });
  const delivery = deliveryBy(application.services.database, 'mail', carrier);
  await delivery.run({ tenantId: 'ours', outboxId: mail?.id }, FIRST_ATTEMPT);
  await new Promise<void>((closed) => listener.close(closed));
  const [content = ''] = received;
  expect(content).toMatch(/^Content-Type: multipart\/related/m);
  expect(content).toMatch(/^Content-Id: <calls@report>/im);
  expect(content).toMatch(/^Content-Disposition: inline; filename=chart-2\.png/m);
  expect(content).toContain('List-Unsubscribe: <https://riwayat.example/#/notifications>');
  const html = content.replaceAll('=\r\n', '').replaceAll('=3D', '=');
  expect([...html.matchAll(/<img src="([^"]+)" alt="([^"]+)"/g)].map(([, source]) => source)).toEqual([
    'cid:calls@report',
    'cid:cost@report',
  ]);
  const pictures = [...content.matchAll(/\r\n\r\n(iVBORw0KGgo[A-Za-z0-9+/=\r\n]+)/g)];
  expect(pictures).toHaveLength(2);
});

it('shows an administrator the mail in either language, and runs and loads nothing', async () => {
  const page = await ask('administrator', { url: `${PREVIEW}?kind=weekly&locale=en` });
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; img-src data:;/);
  expect(page.body).toContain('Usage of the last week');
  expect(page.body).toContain('<img src="data:image/png;base64,');
  expect(page.body).not.toContain('cid:');
  expect(page.body).toContain('Sun: 10');
  expect((await ask('administrator', { url: PREVIEW })).body).toContain('Pemakaian minggu lalu');
  expect((await ask('manager', { url: PREVIEW })).statusCode).toBe(403);
});

it('sends a report to who asks for it, each time, without counting as the report', async () => {
  const request: InjectOptions = { method: 'POST', url: SEND_TEST, payload: { kind: 'daily' } };
  expect((await ask('administrator', request)).statusCode).toBe(204);
  expect((await ask('administrator', request)).statusCode).toBe(204);
  expect((await mails()).map(({ recipient }) => recipient)).toEqual(
    Array(2).fill('administrator@ours.example'),
  );
  await sendReports();
  expect(await mails()).toHaveLength(4);
});

it('says that there is nothing to report, and what to do', async () => {
  const answer = await ask('administrator', { url: PREVIEW }, 'idle');
  expect(answer.statusCode).toBe(409);
  expect(answer.json().detail).toBe(
    'Nothing was used in the last week, and of nothing there is no report. Ask again when something was.',
  );
});
