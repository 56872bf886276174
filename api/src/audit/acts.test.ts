import type { InjectOptions } from 'fastify';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openContract } from '../billing/contracts.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import type { AuditAction } from './actions.ts';

const PASSWORD = 'correct horse battery staple';
const SECOND_FACTOR = '/api/v1/account/second-factor';

/** What changes nothing that anybody has to answer for, and why. */
const UNWRITTEN: Readonly<Record<string, string>> = {
  'POST /api/v1/account/second-factor': 'begun, it counts for nothing before it is confirmed',
  'POST /api/v1/platform/plans/preview': 'nothing is kept of it',
  'POST /api/v1/tenant/plan-changes/preview': 'nothing is kept of it',
  'POST /api/v1/alerts/backtest': 'nothing is kept of it',
  'POST /api/v1/account/notifications/{id}/read': 'matters to nobody else',
  'POST /api/v1/account/notifications/read-all': 'matters to nobody else',
  'POST /api/v1/channels/whatsapp/webhook': 'nobody acts; the delivery log has it',
  'PUT /api/v1/account/reports': 'matters to nobody else',
  'POST /api/v1/tenant/reports/send-test': 'a mail to oneself, of what one sees anyway',
  'POST /api/v1/payments/webhook/{provider}':
    'nobody acts; what follows from it is written down where it does',
};

/** What takes more than a request to come to; the tests that get there look at the audit log themselves. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'POST /api/v1/me/push-subscriptions': 'channels/routes.test.ts',
  'DELETE /api/v1/me/push-subscriptions/{id}': 'channels/routes.test.ts',
  'PUT /api/v1/me/phone': 'channels/routes.test.ts',
  'POST /api/v1/me/phone/verify': 'channels/routes.test.ts',
  'DELETE /api/v1/me/phone': 'channels/routes.test.ts',
  'POST /api/v1/tenant/webhooks': 'channels/routes.test.ts',
  'PUT /api/v1/tenant/webhooks/{id}': 'channels/routes.test.ts',
  'POST /api/v1/tenant/webhooks/{id}/rotate': 'channels/routes.test.ts',
  'POST /api/v1/tenant/webhooks/{id}/test': 'channels/routes.test.ts',
  'DELETE /api/v1/tenant/webhooks/{id}': 'channels/routes.test.ts',
  'PUT /api/v1/tenant/billing/payment-methods/preferred': 'payments/payments.test.ts',
  'DELETE /api/v1/tenant/billing/payment-methods/card': 'payments/payments.test.ts',
  'POST /api/v1/tenant/billing/payments': 'payments/payments.test.ts',
  'POST /api/v1/tenant/billing/payments/{id}/cancel': 'payments/payments.test.ts',
  'POST /api/v1/tenant/billing/payments/{id}/proof': 'payments/payments.test.ts',
  'POST /api/v1/platform/tenants/{tenant}/payments/{id}/decision': 'payments/payments.test.ts',
  'POST /api/v1/platform/payment-events/{id}/resolve': 'payments/payments.test.ts',
  'POST /api/v1/platform/billing/invoices': 'invoices/routes.test.ts',
  'POST /api/v1/platform/billing/invoices/{id}/void': 'invoices/routes.test.ts',
  'POST /api/v1/platform/billing/invoices/{id}/credit': 'invoices/routes.test.ts',
  'POST /api/v1/platform/billing/invoices/{id}/write-off': 'invoices/write-off.test.ts',
  'POST /api/v1/platform/billing/invoices/{id}/lift-suspension': 'invoices/write-off.test.ts',
  'POST /api/v1/tenant/jobs/{id}/retry': 'jobs/routes.test.ts',
  'POST /api/v1/tenant/jobs/{id}/discard': 'jobs/routes.test.ts',
  'POST /api/v1/platform/jobs/{id}/retry': 'jobs/routes.test.ts',
  'POST /api/v1/platform/jobs/{id}/discard': 'jobs/routes.test.ts',
  'POST /api/v1/platform/plans': 'billing/contract-routes.test.ts',
  'POST /api/v1/platform/tenants/{tenant}/contract': 'billing/contract-routes.test.ts',
  'POST /api/v1/platform/tenants/{tenant}/contract/end': 'billing/contract-routes.test.ts',
  'POST /api/v1/platform/tenants/{tenant}/contract/discounts': 'billing/contract-routes.test.ts',
  'POST /api/v1/platform/tenants/{tenant}/contract/discounts/{discount}/end':
    'billing/contract-routes.test.ts',
  'DELETE /api/v1/platform/tenants/{tenant}/contract/discounts/{discount}': 'billing/contract-routes.test.ts',
  'POST /api/v1/tenant/plan-changes': 'plan-changes/plan-changes.test.ts',
  'POST /api/v1/tenant/plan-changes/{id}/withdraw': 'plan-changes/plan-changes.test.ts',
  'POST /api/v1/platform/plan-changes/{id}/review': 'plan-changes/plan-changes.test.ts',
  'POST /api/v1/platform/plan-changes/{id}/approve': 'plan-changes/plan-changes.test.ts',
  'POST /api/v1/platform/plan-changes/{id}/reject': 'plan-changes/plan-changes.test.ts',
  'POST /api/v1/platform/plan-changes/{id}/revoke': 'plan-changes/plan-changes.test.ts',
  'POST /api/v1/tenant/alert-rules': 'alerts/rules/rules.test.ts',
  'PUT /api/v1/tenant/alert-rules/{id}': 'alerts/rules/rules.test.ts',
  'PATCH /api/v1/tenant/alert-rules/{id}': 'alerts/rules/rules.test.ts',
  'DELETE /api/v1/tenant/alert-rules/{id}': 'alerts/rules/rules.test.ts',
  'POST /api/v1/tenant/alert-rules/{id}/restore': 'alerts/rules/rules.test.ts',
  'POST /api/v1/tenant/alerts/{id}/acknowledge': 'alerts/alerts/alerts.test.ts',
  'POST /api/v1/tenant/alerts/{id}/comments': 'alerts/alerts/alerts.test.ts',
  'POST /api/v1/tenant/alerts/{id}/snooze': 'alerts/alerts/alerts.test.ts',
  'POST /api/v1/tenant/alerts/{id}/resolve': 'alerts/alerts/alerts.test.ts',
  'POST /api/v1/tenant/alert-silences': 'alerts/silences/silences.test.ts',
  'POST /api/v1/tenant/alert-silences/{id}/end': 'alerts/silences/silences.test.ts',
  'POST /api/v1/platform/heartbeats/{name}': 'alerts/heartbeats/heartbeats.test.ts',
  'POST /api/v1/tenant/data-exports': 'data-export/data-export.test.ts',
  'POST /api/v1/tenant/data-exports/{id}/download': 'data-export/data-export.test.ts',
};

/** What the requests before gave, for those that come after. */
type Given = Record<'key' | 'secret' | 'recovery' | 'person' | 'session' | 'invitation', string>;

interface Act {
  readonly as: 'administrator' | 'operator';
  readonly writes: AuditAction;
  readonly send: (given: Given) => { readonly url: string; readonly payload?: object };
}

/** How each route is asked to do something, in an order in which it can. */
const ACTS: Readonly<Record<string, Act>> = {
  'POST /api/v1/tenant/keys': {
    as: 'administrator',
    writes: 'key.created',
    send: () => ({ url: '/api/v1/tenant/keys', payload: { name: 'k', scopes: ['ingest:events'] } }),
  },
  'POST /api/v1/tenant/keys/{id}/rotate': {
    as: 'administrator',
    writes: 'key.rotated',
    send: ({ key }) => ({ url: `/api/v1/tenant/keys/${key}/rotate` }),
  },
  'DELETE /api/v1/tenant/keys/{id}': {
    as: 'administrator',
    writes: 'key.revoked',
    send: ({ key }) => ({ url: `/api/v1/tenant/keys/${key}` }),
  },
  'PUT /api/v1/tenant/privacy': {
    as: 'administrator',
    writes: 'privacy.changed',
    send: () => ({
      url: '/api/v1/tenant/privacy',
      payload: { user_ids: 'pseudonymous', addresses: 'dropped', retention_months: 13 },
    }),
  },
  'PUT /api/v1/tenant/alert-settings': {
    as: 'administrator',
    writes: 'alert-settings.changed',
    send: () => ({
      url: '/api/v1/tenant/alert-settings',
      payload: {
        quiet_hours: { from: '22:00', until: '06:00' },
        quiet_least: 'critical',
        escalate_after: null,
        daily_report: true,
        weekly_report: true,
      },
    }),
  },
  'PUT /api/v1/tenant/alert-routing': {
    as: 'administrator',
    writes: 'alert-routing.changed',
    send: () => ({ url: '/api/v1/tenant/alert-routing', payload: { version: null, routes: [] } }),
  },
  'PUT /api/v1/me/notification-preferences': {
    as: 'administrator',
    writes: 'account.notification-preferences-changed',
    send: () => ({ url: '/api/v1/me/notification-preferences', payload: { channels_off: ['sms'] } }),
  },
  'PUT /api/v1/tenant/budget': {
    as: 'administrator',
    writes: 'budget.changed',
    send: () => ({ url: '/api/v1/tenant/budget', payload: { budget: 3_000_000 } }),
  },
  'POST /api/v1/tenant/erasures': {
    as: 'administrator',
    writes: 'privacy.erased',
    send: () => ({ url: '/api/v1/tenant/erasures', payload: { user_id: 'somebody' } }),
  },
  'POST /api/v1/account/second-factor/confirm': {
    as: 'administrator',
    writes: 'second-factor.enabled',
    send: ({ secret }) => ({
      url: `${SECOND_FACTOR}/confirm`,
      payload: { code: TOTP.generate({ secret: Secret.fromBase32(secret) }) },
    }),
  },
  'POST /api/v1/account/second-factor/recovery-codes': {
    as: 'administrator',
    writes: 'second-factor.recovery-renewed',
    send: ({ recovery }) => ({
      url: `${SECOND_FACTOR}/recovery-codes`,
      payload: { password: PASSWORD, code: recovery },
    }),
  },
  'DELETE /api/v1/account/second-factor': {
    as: 'administrator',
    writes: 'second-factor.disabled',
    send: ({ recovery }) => ({ url: SECOND_FACTOR, payload: { password: PASSWORD, code: recovery } }),
  },
  'DELETE /api/v1/account/sessions/{id}': {
    as: 'administrator',
    writes: 'account.session-ended',
    send: ({ session }) => ({ url: `/api/v1/account/sessions/${session}` }),
  },
  'POST /api/v1/tenant/invitations': {
    as: 'administrator',
    writes: 'person.invited',
    send: () => ({
      url: '/api/v1/tenant/invitations',
      payload: { email: 'new@ours.example', role: 'mentor' },
    }),
  },
  'DELETE /api/v1/tenant/invitations/{id}': {
    as: 'administrator',
    writes: 'person.invitation-withdrawn',
    send: ({ invitation }) => ({ url: `/api/v1/tenant/invitations/${invitation}` }),
  },
  'PATCH /api/v1/tenant/people/{id}': {
    as: 'administrator',
    writes: 'person.role-changed',
    send: ({ person }) => ({ url: `/api/v1/tenant/people/${person}`, payload: { role: 'manager' } }),
  },
  'POST /api/v1/platform/accounts/{id}/lock': {
    as: 'operator',
    writes: 'account.locked',
    send: ({ person }) => ({ url: `/api/v1/platform/accounts/${person}/lock`, payload: { reason: 'r' } }),
  },
  'POST /api/v1/platform/accounts/{id}/unlock': {
    as: 'operator',
    writes: 'account.unlocked',
    send: ({ person }) => ({ url: `/api/v1/platform/accounts/${person}/unlock` }),
  },
  'DELETE /api/v1/tenant/people/{id}': {
    as: 'administrator',
    writes: 'person.removed',
    send: ({ person }) => ({ url: `/api/v1/tenant/people/${person}` }),
  },
  // The last of all: it ends the session that asks.
  'POST /api/v1/account/logout-everywhere': {
    as: 'administrator',
    writes: 'account.logged-out-everywhere',
    send: () => ({ url: '/api/v1/account/logout-everywhere' }),
  },
};

let application: TestApplication;

beforeAll(async () => {
  application = await startApplication();
  const tenantId = await application.createTenant('ours', ['administrator', 'member']);
  const contract = { tenantId, startedOn: '2026-01-01', plan: 'starter' };
  await openContract(application.services.database.db, contract);
});
afterAll(() => application.stop());

it('knows for every route that changes something whether it is written down', async () => {
  const document = (await application.app.inject('/api-docs/json')).json();
  const changing = Object.entries<object>(document.paths)
    .filter(([path]) => path.startsWith('/api/v1/'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((route) => !route.startsWith('GET '));
  const known = { ...ACTS, ...UNWRITTEN, ...ELSEWHERE };
  expect(changing.filter((route) => !(route in known))).toEqual([]);
  expect(Object.keys(ACTS).filter((route) => !changing.includes(route))).toEqual([]);
});

it('finds every act in the audit log, with who did it', async () => {
  const { app, services } = application;
  const tokens = {
    administrator: await application.tokenOf('ours', 'administrator'),
    operator: await application.operatorToken('proved'),
  };
  const send = async (as: Act['as'], request: InjectOptions) => {
    const answer = await app.inject({ ...request, headers: { authorization: `Bearer ${tokens[as]}` } });
    expect(answer.statusCode, `${request.method} ${request.url}: ${answer.body}`).toBeLessThan(300);
    return answer.body === '' ? {} : answer.json();
  };
  const member = await services.database.db
    .selectFrom('users')
    .where('email', '=', 'member@ours.example')
    .select('id')
    .executeTakeFirstOrThrow();
  const begun = await send('administrator', {
    method: 'POST',
    url: SECOND_FACTOR,
    payload: { password: PASSWORD },
  });
  const given = {
    key: '',
    secret: begun.secret,
    recovery: '',
    person: member.id,
    session: '',
    invitation: '',
  };
  for (const [route, { as, writes, send: ask }] of Object.entries(ACTS)) {
    if (route.includes('/account/sessions/')) {
      // One that begins here: the second factor ended those before.
      const verified = application.app.verifyAccessToken(await application.tokenOf('ours', 'administrator'));
      given.session = verified?.principal.sessionId ?? '';
    }
    const before = await lastEntry();
    const answer = await send(as, { method: route.split(' ')[0] as 'POST', ...ask(given) });
    const written = await entriesAfter(before);
    expect({ route, written }).toEqual({
      route,
      written: expect.arrayContaining([{ action: writes, actor_role: as, request_id: expect.any(String) }]),
    });
    given.key ||= answer.id ?? '';
    given.invitation = answer.id ?? given.invitation;
    given.recovery = answer.recovery_codes?.[0] ?? given.recovery;
  }
});

async function lastEntry(): Promise<string> {
  const row = await application.services.database.db
    .selectFrom('audit_log')
    .select(({ fn }) => fn.max('id').as('last'))
    .executeTakeFirst();
  return row?.last ?? '0';
}

function entriesAfter(id: string) {
  return application.services.database.db
    .selectFrom('audit_log')
    .where('id', '>', id)
    .select(['action', 'actor_role', 'request_id'])
    .execute();
}
