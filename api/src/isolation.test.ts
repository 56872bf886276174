import { readFileSync } from 'node:fs';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openContract } from './billing/contracts.ts';
import { PERMISSIONS, type Permission, ROLES, type Role, TENANT_ROLES } from './identity/permissions.ts';
import { LIVE_PROTOCOL } from './live/routes.ts';
import { startApplication, type TestApplication } from './testing/application.ts';

/** Routes that OpenAPI has no words for. */
const SOCKET = 'GET /usage';
const OWN_SOCKET = 'GET /notifications';

/** The live sockets ask after the upgrade, which is too late for the hook that the document is made from. */
const ASKED_LATER = new Set([SOCKET, OWN_SOCKET]);

/**
 * What every route of the API asks for: one of the permissions named; `key` and `public` ask for none. Which roles have
 * a permission, the table of permissions says and nothing else. A route that is not in here fails the test: decide what
 * it asks for, and write it down.
 */
const ACCESS: Readonly<Record<string, 'public' | 'key' | readonly Permission[]>> = {
  'GET /health-check': 'public',
  'GET /metrics': 'public',
  'POST /api/login': 'public',
  'POST /api/logout': 'public',
  'POST /api/token/refresh': 'public',
  'POST /api/register/cek': 'public',
  'POST /api/register': 'public',
  'POST /api/register/verifikasi': 'public',
  'POST /api/password/forgot': 'public',
  'POST /api/invitations/accept': 'public',
  'GET /api/v1/tenant/people': ['people:read'],
  'PATCH /api/v1/tenant/people/{id}': ['people:manage'],
  'DELETE /api/v1/tenant/people/{id}': ['people:manage'],
  'GET /api/v1/tenant/invitations': ['people:manage'],
  'POST /api/v1/tenant/invitations': ['people:manage'],
  'DELETE /api/v1/tenant/invitations/{id}': ['people:manage'],
  'GET /api/admin/pengguna': ['tutoring:administer'],
  'GET /api/profil': ['account:own'],
  'PUT /api/profil': ['account:own'],
  'POST /api/profil/foto': ['account:own'],
  'GET /api/profil/foto': ['account:own'],
  'POST /api/password/reset': 'public',
  'POST /api/password/change': ['account:own'],
  'GET /api/v1/account/sessions': ['account:own'],
  'DELETE /api/v1/account/sessions/{id}': ['account:own'],
  'GET /api/v1/account/second-factor': ['second-factor:own'],
  'POST /api/v1/account/second-factor': ['second-factor:own'],
  'DELETE /api/v1/account/second-factor': ['second-factor:own'],
  'POST /api/v1/account/second-factor/confirm': ['second-factor:own'],
  'POST /api/v1/account/second-factor/recovery-codes': ['second-factor:own'],
  'GET /api/public/kursus': 'public',
  'GET /api/public/kursus/{id}': 'public',
  'GET /api/public/mentor': 'public',
  'GET /api/public/mentor/{id}': 'public',
  'GET /api/files/{token}': 'public',
  'GET /api/public/halaman/{slug}': 'public',
  'GET /api/public/halaman/{slug}/pratinjau': 'public',
  'GET /api/admin/halaman': ['pages:edit'],
  'POST /api/admin/halaman': ['pages:edit'],
  'GET /api/admin/halaman/{slug}': ['pages:edit'],
  'PUT /api/admin/halaman/{slug}': ['pages:edit'],
  'DELETE /api/admin/halaman/{slug}': ['pages:edit'],
  'POST /api/admin/halaman/{slug}/terbitkan': ['pages:edit'],
  'POST /api/admin/halaman/{slug}/kembalikan': ['pages:edit'],
  'GET /api/admin/halaman/{slug}/versi': ['pages:edit'],
  'GET /api/admin/halaman/{slug}/versi/{version}': ['pages:edit'],
  'POST /api/admin/halaman/{slug}/pratinjau': ['pages:edit'],
  'POST /api/materi': ['materials:publish'],
  'GET /api/materi': ['materials:read'],
  'GET /api/materi/statistik': ['materials:publish'],
  'GET /api/materi/{id}': ['materials:read'],
  'POST /api/materi/{id}/unduh': ['materials:read'],
  'DELETE /api/materi/{id}': ['materials:publish'],
  'GET /api/public/mentor/{id}/jadwal': 'public',
  'GET /api/public/mentor/{id}/testimoni': 'public',
  'GET /api/pelanggan/daftar-sesi': ['tutoring:learn'],
  'POST /api/pelanggan/pesan-sesi': ['tutoring:learn'],
  'POST /api/pelanggan/batalkan-sesi': ['tutoring:learn'],
  'POST /api/pelanggan/testimoni': ['tutoring:learn'],
  'GET /api/mentor/daftar-sesi': ['tutoring:teach'],
  'GET /api/mentor/profil-saya': ['tutoring:teach'],
  'POST /api/mentor/atur-jadwal': ['tutoring:teach'],
  'POST /api/mentor/kursus': ['tutoring:teach'],
  'POST /api/mentor/mulai-sesi': ['tutoring:teach'],
  'POST /api/mentor/selesai-sesi': ['tutoring:teach'],
  'POST /api/pelanggan/bukti-pembayaran': ['tutoring:learn'],
  'GET /api/admin/pembayaran': ['tutoring:administer'],
  'POST /api/admin/verifikasi-pembayaran': ['tutoring:administer'],
  'GET /api/v1/tenant/billing/payment-methods': ['billing:read'],
  'PUT /api/v1/tenant/billing/payment-methods/preferred': ['billing:pay'],
  'DELETE /api/v1/tenant/billing/payment-methods/card': ['billing:pay'],
  'GET /api/v1/tenant/billing/payments': ['billing:read'],
  'POST /api/v1/tenant/billing/payments': ['billing:pay'],
  'GET /api/v1/tenant/billing/payments/{id}': ['billing:read'],
  'POST /api/v1/tenant/billing/payments/{id}/cancel': ['billing:pay'],
  'POST /api/v1/tenant/billing/payments/{id}/proof': ['billing:pay'],
  'GET /api/v1/tenant/billing/payments/{id}/qris': ['billing:read'],
  'GET /api/v1/tenant/billing/payments/{id}/receipt.pdf': ['billing:read'],
  'GET /api/v1/platform/payment-proofs': ['platform:billing'],
  'POST /api/v1/platform/tenants/{tenant}/payments/{id}/decision': ['platform:billing'],
  'GET /api/v1/platform/payment-events': ['platform:billing'],
  'POST /api/v1/platform/payment-events/{id}/resolve': ['platform:billing'],
  'POST /api/v1/payments/webhook/{provider}': 'public',
  'GET /api/v1/tenant/usage/summary': ['usage:read'],
  'GET /api/v1/tenant/usage/export.csv': ['usage:read', 'endpoints:read', 'people:read'],
  'GET /api/v1/tenant/usage/report.pdf': ['usage:read'],
  'GET /api/v1/tenant/usage/days.csv': ['usage:read', 'endpoints:read', 'people:read'],
  'GET /api/v1/tenant/usage/detailed': ['usage:read', 'endpoints:read', 'people:read'],
  'GET /api/v1/tenant/usage/endpoints': ['endpoints:read'],
  'GET /api/v1/tenant/usage/users': ['people:read'],
  'GET /api/v1/tenant/usage/sessions': ['people:read'],
  'GET /api/v1/tenant/usage/cost-breakdown': ['usage:read'],
  'GET /api/v1/tenant/usage/history': ['usage:read'],
  'GET /api/v1/me/usage': ['account:own'],
  'PUT /api/v1/tenant/budget': ['billing:manage'],
  'GET /api/v1/tenant/billing/invoices/{id}.pdf': ['billing:read'],
  'GET /api/v1/tenant/billing/invoices/{id}.csv': ['billing:read'],
  'GET /api/v1/tenant/billing/invoices/{id}.json': ['billing:read'],
  'GET /api/v1/tenant/billing/forecast': ['billing:read'],
  'GET /api/v1/tenant/billing/plans': ['billing:read'],
  'GET /api/v1/tenant/billing/advice': ['billing:read'],
  'GET /api/v1/tenant/billing/pattern': ['billing:read'],
  'GET /api/v1/tenant/audit': ['audit:read'],
  'GET /api/v1/platform/audit': ['platform:audit'],
  'GET /api/v1/platform/accounts': ['accounts:lock'],
  'GET /api/v1/platform/accounts/{id}': ['accounts:lock'],
  'POST /api/v1/platform/accounts/{id}/lock': ['accounts:lock'],
  'POST /api/v1/platform/accounts/{id}/unlock': ['accounts:lock'],
  'GET /api/v1/tenant/billing/invoices': ['billing:read'],
  'GET /api/v1/tenant/billing/invoices/{id}': ['billing:read'],
  'GET /api/v1/tenant/billing/preview': ['billing:read'],
  'GET /api/v1/tenant/billing/balance': ['billing:read'],
  'GET /api/v1/tenant/billing/statement': ['billing:read'],
  'GET /api/v1/platform/billing/invoices': ['platform:billing'],
  'POST /api/v1/platform/billing/invoices': ['platform:billing'],
  'GET /api/v1/platform/billing/invoices/{id}': ['platform:billing'],
  'POST /api/v1/platform/billing/invoices/{id}/void': ['platform:billing'],
  'POST /api/v1/platform/billing/invoices/{id}/credit': ['platform:billing'],
  'POST /api/v1/platform/billing/invoices/{id}/write-off': ['platform:billing'],
  'POST /api/v1/platform/billing/invoices/{id}/lift-suspension': ['platform:billing'],
  'GET /api/v1/tenant/keys': ['keys:manage'],
  'POST /api/v1/platform/heartbeats/{name}': 'key',
  'POST /api/v1/tenant/keys': ['keys:manage'],
  'POST /api/v1/tenant/keys/{id}/rotate': ['keys:manage'],
  'DELETE /api/v1/tenant/keys/{id}': ['keys:manage'],
  'GET /api/v1/tenant/privacy': ['privacy:read'],
  'GET /api/v1/plans': 'public',
  'GET /api/v1/plans/{key}/versions': 'public',
  'POST /api/v1/platform/plans': ['platform:billing'],
  'POST /api/v1/platform/plans/preview': ['platform:billing'],
  'GET /api/v1/tenant/contract': ['billing:read'],
  'GET /api/v1/platform/tenants/{tenant}/contract': ['platform:billing'],
  'POST /api/v1/platform/tenants/{tenant}/contract': ['platform:billing'],
  'POST /api/v1/platform/tenants/{tenant}/contract/end': ['platform:billing'],
  'POST /api/v1/platform/tenants/{tenant}/contract/discounts': ['platform:billing'],
  'POST /api/v1/platform/tenants/{tenant}/contract/discounts/{discount}/end': ['platform:billing'],
  'DELETE /api/v1/platform/tenants/{tenant}/contract/discounts/{discount}': ['platform:billing'],
  'GET /api/v1/tenant/plan-changes': ['billing:read'],
  'GET /api/v1/tenant/plan-changes/{id}': ['billing:read'],
  'POST /api/v1/tenant/plan-changes/preview': ['billing:read'],
  'POST /api/v1/tenant/plan-changes': ['plan:change'],
  'POST /api/v1/tenant/plan-changes/{id}/withdraw': ['plan:change'],
  'GET /api/v1/platform/plan-changes': ['platform:billing'],
  'POST /api/v1/platform/plan-changes/{id}/review': ['platform:billing'],
  'POST /api/v1/platform/plan-changes/{id}/approve': ['platform:billing'],
  'POST /api/v1/platform/plan-changes/{id}/reject': ['platform:billing'],
  'POST /api/v1/platform/plan-changes/{id}/revoke': ['platform:billing'],
  'GET /api/v1/tenant/data-exports': ['data:export'],
  'POST /api/v1/tenant/data-exports': ['data:export'],
  'POST /api/v1/tenant/data-exports/{id}/download': ['data:export'],
  'PUT /api/v1/tenant/privacy': ['privacy:manage'],
  'POST /api/v1/tenant/erasures': ['privacy:manage'],
  'POST /api/v1/alerts/backtest': ['alerts:manage'],
  'GET /api/v1/tenant/alert-rules': ['alerts:read'],
  'POST /api/v1/tenant/alert-rules': ['alerts:manage'],
  'GET /api/v1/tenant/alert-rules/{id}': ['alerts:read'],
  'PUT /api/v1/tenant/alert-rules/{id}': ['alerts:manage'],
  'PATCH /api/v1/tenant/alert-rules/{id}': ['alerts:manage'],
  'DELETE /api/v1/tenant/alert-rules/{id}': ['alerts:manage'],
  'POST /api/v1/tenant/alert-rules/{id}/restore': ['alerts:manage'],
  'GET /api/v1/tenant/alert-rules/{id}/versions': ['alerts:read'],
  'GET /api/v1/alert-signals': ['alerts:read'],
  'GET /api/v1/tenant/alerts': ['alerts:read'],
  'GET /api/v1/tenant/alerts/{id}': ['alerts:read'],
  'POST /api/v1/tenant/alerts/{id}/acknowledge': ['alerts:acknowledge'],
  'POST /api/v1/tenant/alerts/{id}/comments': ['alerts:acknowledge'],
  'POST /api/v1/tenant/alerts/{id}/snooze': ['alerts:acknowledge'],
  'POST /api/v1/tenant/alerts/{id}/resolve': ['alerts:acknowledge'],
  'GET /api/v1/tenant/alert-silences': ['alerts:read'],
  'POST /api/v1/tenant/alert-silences': ['alerts:manage'],
  'POST /api/v1/tenant/alert-silences/{id}/end': ['alerts:manage'],
  'GET /api/v1/tenant/alert-settings': ['alerts:read'],
  'PUT /api/v1/tenant/alert-settings': ['alerts:manage'],
  'GET /api/v1/tenant/alert-statistics': ['alerts:read'],
  'GET /api/v1/tenant/reports/preview': ['reports:manage'],
  'POST /api/v1/tenant/reports/send-test': ['reports:manage'],
  'GET /api/v1/account/reports': ['account:own'],
  'PUT /api/v1/account/reports': ['account:own'],
  'GET /api/v1/tenant/sla': ['sla:read'],
  'GET /api/v1/platform/uptime': ['platform:uptime'],
  'GET /api/v1/tenant/ledger': ['ledger:read'],
  'GET /api/v1/tenant/rejected': ['rejected:read'],
  'GET /api/v1/tenant/jobs': ['jobs:read'],
  'POST /api/v1/tenant/jobs/{id}/retry': ['jobs:manage'],
  'POST /api/v1/tenant/jobs/{id}/discard': ['jobs:manage'],
  'GET /api/v1/platform/jobs': ['platform:jobs'],
  'POST /api/v1/platform/jobs/{id}/retry': ['platform:jobs'],
  'POST /api/v1/platform/jobs/{id}/discard': ['platform:jobs'],
  'GET /api/v1/push/key': ['account:own'],
  'GET /api/v1/me/push-subscriptions': ['account:own'],
  'POST /api/v1/me/push-subscriptions': ['account:own'],
  'DELETE /api/v1/me/push-subscriptions/{id}': ['account:own'],
  'GET /api/v1/me/phone': ['account:own'],
  'PUT /api/v1/me/phone': ['account:own'],
  'POST /api/v1/me/phone/verify': ['account:own'],
  'DELETE /api/v1/me/phone': ['account:own'],
  'GET /api/v1/tenant/webhooks': ['webhooks:manage'],
  'POST /api/v1/tenant/webhooks': ['webhooks:manage'],
  'PUT /api/v1/tenant/webhooks/{id}': ['webhooks:manage'],
  'POST /api/v1/tenant/webhooks/{id}/rotate': ['webhooks:manage'],
  'POST /api/v1/tenant/webhooks/{id}/test': ['webhooks:manage'],
  'DELETE /api/v1/tenant/webhooks/{id}': ['webhooks:manage'],
  'GET /api/v1/tenant/deliveries': ['deliveries:read'],
  'GET /api/v1/channels/whatsapp/webhook': 'public',
  'POST /api/v1/channels/whatsapp/webhook': 'public',
  'GET /api/v1/tenant/alert-routing': ['alerts:read'],
  'PUT /api/v1/tenant/alert-routing': ['alerts:manage'],
  'GET /api/v1/me/notification-preferences': ['account:own'],
  'PUT /api/v1/me/notification-preferences': ['account:own'],
  'GET /api/v1/account/notifications': ['account:own'],
  'POST /api/v1/account/notifications/{id}/read': ['account:own'],
  'POST /api/v1/account/notifications/read-all': ['account:own'],
  'POST /v1/requests': 'key',
  'POST /v1/events': 'key',
  'POST /v1/traces': 'key',
  [SOCKET]: ['usage:read'],
  [OWN_SOCKET]: ['account:own'],
  // The last: it ends the sessions that all the others are walked with.
  'POST /api/v1/account/logout-everywhere': ['account:own'],
};

const NO_CHANGE = 'pch_0123456789abcdef0123';
const NO_EXPORT = 'exp_0123456789abcdef0123';
const NO_BOOKING = 'bkg_0123456789abcdef0123';
const NO_INVOICE = 'inv_0123456789abcdef0123';
const NO_RULE = 'alr_0123456789abcdef0123';
const NO_ALERT = 'alt_0123456789abcdef0123';
const SOME_RULE = {
  name: 'Errors',
  rule: { signal: 'error_rate', window: 300, when: { kind: 'above', value: 5 }, severity: 'critical' },
};
const NO_WEBHOOK = 'whk_0123456789abcdef0123';
const NO_PAYMENT = 'pay_0123456789abcdef0123';
/** What a route is sent, and what it answers those who may use it, where that is not a bare 200. */
const EXCHANGES: Readonly<Record<string, { payload?: object; status?: number; id?: string }>> = {
  'GET /api/v1/tenant/billing/invoices/{id}.pdf': { id: NO_INVOICE, status: 404 },
  'GET /api/v1/tenant/billing/invoices/{id}.csv': { id: NO_INVOICE, status: 404 },
  'GET /api/v1/tenant/billing/invoices/{id}.json': { id: NO_INVOICE, status: 404 },
  // There is no provider of WhatsApp and SMS.
  'POST /api/v1/me/push-subscriptions': {
    payload: {
      endpoint: 'https://push.example/1',
      keys: {
        p256dh: Buffer.alloc(65, 4).toString('base64url'),
        auth: Buffer.alloc(16).toString('base64url'),
      },
    },
    status: 201,
  },
  'DELETE /api/v1/me/push-subscriptions/{id}': { id: 'psh_0123456789abcdef0123', status: 404 },
  'PUT /api/v1/me/phone': { payload: { number: '+628123456789', channel: 'sms' }, status: 409 },
  'POST /api/v1/me/phone/verify': { payload: { code: '123456' }, status: 409 },
  'DELETE /api/v1/me/phone': { status: 404 },
  'POST /api/v1/tenant/webhooks': {
    payload: { url: 'https://hooks.example/1', event_types: ['alert.fired'] },
    status: 201,
  },
  'PUT /api/v1/tenant/webhooks/{id}': {
    id: NO_WEBHOOK,
    payload: { url: 'https://hooks.example/1', event_types: ['alert.fired'] },
    status: 404,
  },
  'POST /api/v1/tenant/webhooks/{id}/rotate': { id: NO_WEBHOOK, status: 404 },
  'POST /api/v1/tenant/webhooks/{id}/test': { id: NO_WEBHOOK, status: 404 },
  'DELETE /api/v1/tenant/webhooks/{id}': { id: NO_WEBHOOK, status: 404 },
  'GET /api/v1/channels/whatsapp/webhook': { status: 404 },
  'POST /api/v1/channels/whatsapp/webhook': { payload: {}, status: 404 },
  // The application of this test has no way to be paid.
  'PUT /api/v1/tenant/billing/payment-methods/preferred': { payload: { method: 'qris' }, status: 409 },
  'DELETE /api/v1/tenant/billing/payment-methods/card': { status: 404 },
  'POST /api/v1/tenant/billing/payments': {
    payload: { invoice: NO_INVOICE, method: 'qris' },
    status: 409,
  },
  'GET /api/v1/tenant/billing/payments/{id}': { id: NO_PAYMENT, status: 404 },
  'POST /api/v1/tenant/billing/payments/{id}/cancel': { id: NO_PAYMENT, status: 404 },
  'POST /api/v1/tenant/billing/payments/{id}/proof': { id: NO_PAYMENT, status: 415 },
  'GET /api/v1/tenant/billing/payments/{id}/qris': { id: NO_PAYMENT, status: 404 },
  'GET /api/v1/tenant/billing/payments/{id}/receipt.pdf': { id: NO_PAYMENT, status: 404 },
  'POST /api/v1/platform/tenants/{tenant}/payments/{id}/decision': {
    payload: { decision: 'verified' },
    id: NO_PAYMENT,
    status: 404,
  },
  'POST /api/v1/platform/payment-events/{id}/resolve': {
    payload: { resolution: 'dismissed', note: 'n' },
    id: 'pev_0123456789abcdef0123',
    status: 404,
  },
  'GET /api/v1/tenant/billing/invoices/{id}': { id: NO_INVOICE, status: 404 },
  'POST /api/v1/platform/billing/invoices': { payload: { tenant: 'nobody', period: '2026-01' }, status: 404 },
  'GET /api/v1/platform/billing/invoices/{id}': { id: NO_INVOICE, status: 404 },
  'POST /api/v1/platform/billing/invoices/{id}/void': {
    id: NO_INVOICE,
    payload: { reason: 'r' },
    status: 404,
  },
  'POST /api/v1/platform/billing/invoices/{id}/credit': {
    id: NO_INVOICE,
    payload: { reason: 'r' },
    status: 404,
  },
  'POST /api/v1/platform/billing/invoices/{id}/write-off': {
    id: NO_INVOICE,
    payload: { reason: 'r' },
    status: 404,
  },
  'POST /api/v1/platform/billing/invoices/{id}/lift-suspension': {
    id: NO_INVOICE,
    payload: { reason: 'r' },
    status: 404,
  },
  'GET /api/v1/platform/accounts/{id}': { status: 404 },
  'POST /api/v1/platform/accounts/{id}/lock': { payload: { reason: 'r' }, status: 404 },
  'POST /api/v1/platform/accounts/{id}/unlock': { status: 404 },
  'POST /api/password/change': {
    payload: { current_password: 'wrong', password: 'another one altogether' },
    status: 403,
  },
  'DELETE /api/v1/account/sessions/{id}': { status: 404 },
  'POST /api/v1/account/logout-everywhere': { status: 204 },
  'PATCH /api/v1/tenant/people/{id}': { payload: { role: 'member' }, status: 404 },
  'DELETE /api/v1/tenant/people/{id}': { status: 404 },
  'POST /api/v1/tenant/invitations': {
    payload: { email: 'invited@example.com', role: 'member' },
    status: 201,
  },
  'DELETE /api/v1/tenant/invitations/{id}': { status: 404 },
  'PUT /api/profil': { payload: { name: 'Somebody' } },
  'POST /api/profil/foto': { status: 415 },
  'GET /api/profil/foto': { status: 404 },
  // What a complete one does depends on what the person has; an incomplete one shows who may ask.
  'POST /api/v1/account/second-factor': { payload: {}, status: 400 },
  'POST /api/v1/account/second-factor/confirm': { payload: {}, status: 400 },
  'POST /api/v1/account/second-factor/recovery-codes': { payload: {}, status: 400 },
  'DELETE /api/v1/account/second-factor': { payload: {}, status: 400 },
  'POST /api/admin/halaman': { payload: { slug: 'no-document' }, status: 400 },
  'GET /api/admin/halaman/{slug}': { status: 404 },
  'PUT /api/admin/halaman/{slug}': { payload: { title: 'Not made of anything', blocks: [] }, status: 428 },
  'DELETE /api/admin/halaman/{slug}': { status: 404 },
  'POST /api/admin/halaman/{slug}/terbitkan': { status: 404 },
  'POST /api/admin/halaman/{slug}/kembalikan': { payload: { version: 1 }, status: 404 },
  'GET /api/admin/halaman/{slug}/versi': { status: 404 },
  'GET /api/admin/halaman/{slug}/versi/{version}': { status: 404 },
  'POST /api/admin/halaman/{slug}/pratinjau': { status: 404 },
  // No form: what comes with one is in the tests of materials.
  'POST /api/materi': { status: 415 },
  'GET /api/materi/{id}': { status: 404 },
  'POST /api/materi/{id}/unduh': { status: 404 },
  'DELETE /api/materi/{id}': { status: 404 },
  'POST /api/v1/tenant/keys': { payload: { name: 'k', scopes: ['ingest:events'] }, status: 201 },
  'POST /api/v1/tenant/keys/{id}/rotate': { status: 404 },
  'DELETE /api/v1/tenant/keys/{id}': { status: 404 },
  'POST /api/v1/platform/plans': { payload: {}, status: 400 },
  'POST /api/v1/platform/plans/preview': { payload: {}, status: 400 },
  'POST /api/v1/platform/tenants/{tenant}/contract': { payload: { plan: 'usage' }, status: 409 },
  'POST /api/v1/platform/tenants/{tenant}/contract/end': { payload: { on: null } },
  'POST /api/v1/platform/tenants/{tenant}/contract/discounts': {
    payload: { kind: 'rural', from: '2026-01-01' },
    status: 409,
  },
  'POST /api/v1/platform/tenants/{tenant}/contract/discounts/{discount}/end': {
    payload: { until: '2026-01-01' },
    status: 404,
  },
  'DELETE /api/v1/platform/tenants/{tenant}/contract/discounts/{discount}': { status: 404 },
  // A plan that there is not; what comes of others is in the tests of plan changes.
  'POST /api/v1/tenant/plan-changes': { payload: { plan: 'no-plan', reason: 'r' }, status: 400 },
  'POST /api/v1/tenant/plan-changes/preview': { payload: { plan: 'no-plan' }, status: 400 },
  'GET /api/v1/tenant/plan-changes/{id}': { id: NO_CHANGE, status: 404 },
  'POST /api/v1/tenant/plan-changes/{id}/withdraw': { id: NO_CHANGE, status: 404 },
  'POST /api/v1/platform/plan-changes/{id}/review': { id: NO_CHANGE, status: 404 },
  'POST /api/v1/platform/plan-changes/{id}/approve': { id: NO_CHANGE, status: 404 },
  'POST /api/v1/platform/plan-changes/{id}/reject': { id: NO_CHANGE, payload: { reason: 'r' }, status: 404 },
  'POST /api/v1/platform/plan-changes/{id}/revoke': { id: NO_CHANGE, payload: { reason: 'r' }, status: 404 },
  'POST /api/v1/alerts/backtest': {
    payload: { rule_id: NO_RULE, from: '2026-01-01T00:00:00Z' },
    status: 400,
  },
  'POST /api/v1/tenant/alert-rules': { payload: SOME_RULE, status: 201 },
  'GET /api/v1/tenant/alert-rules/{id}': { id: NO_RULE, status: 404 },
  'PUT /api/v1/tenant/alert-rules/{id}': { id: NO_RULE, payload: SOME_RULE, status: 428 },
  'PATCH /api/v1/tenant/alert-rules/{id}': { id: NO_RULE, payload: { enabled: false }, status: 404 },
  'DELETE /api/v1/tenant/alert-rules/{id}': { id: NO_RULE, status: 404 },
  'POST /api/v1/tenant/alert-rules/{id}/restore': { id: NO_RULE, status: 404 },
  'GET /api/v1/tenant/alert-rules/{id}/versions': { id: NO_RULE, status: 404 },
  'GET /api/v1/tenant/alerts/{id}': { id: NO_ALERT, status: 404 },
  'POST /api/v1/tenant/alerts/{id}/acknowledge': { id: NO_ALERT, status: 404 },
  'POST /api/v1/tenant/alerts/{id}/comments': { id: NO_ALERT, payload: { text: 't' }, status: 404 },
  'POST /api/v1/tenant/alerts/{id}/snooze': { id: NO_ALERT, payload: { seconds: 60 }, status: 404 },
  'POST /api/v1/tenant/alerts/{id}/resolve': { id: NO_ALERT, status: 404 },
  'POST /api/v1/tenant/alert-silences': { payload: { kind: 'mute' }, status: 201 },
  'POST /api/v1/tenant/alert-silences/{id}/end': { id: 'sil_0123456789abcdef0123', status: 404 },
  'PUT /api/v1/tenant/alert-settings': {
    payload: {
      quiet_hours: null,
      quiet_least: 'critical',
      escalate_after: 900,
      daily_report: false,
      weekly_report: true,
    },
  },
  // Nothing was used in the week before.
  'GET /api/v1/tenant/reports/preview': { status: 409 },
  'POST /api/v1/tenant/reports/send-test': { payload: { kind: 'weekly' }, status: 409 },
  'PUT /api/v1/account/reports': { payload: { daily: true, weekly: true } },
  'POST /api/v1/tenant/data-exports': { status: 202 },
  'POST /api/v1/tenant/data-exports/{id}/download': { id: NO_EXPORT, status: 404 },
  'POST /api/v1/tenant/erasures': { payload: { user_id: 'nobody-known' } },
  'POST /api/v1/tenant/jobs/{id}/retry': { id: '7', status: 404 },
  'POST /api/v1/tenant/jobs/{id}/discard': { id: '7', status: 404 },
  'POST /api/v1/platform/jobs/{id}/retry': { id: '7000000', status: 404 },
  'POST /api/v1/platform/jobs/{id}/discard': { id: '7000000', status: 404 },
  'POST /api/v1/account/notifications/{id}/read': { id: '7', status: 404 },
  'PUT /api/v1/tenant/budget': { payload: { budget: 3_000_000 } },
  'PUT /api/v1/tenant/alert-routing': { payload: { version: null, routes: [] } },
  'PUT /api/v1/me/notification-preferences': { payload: { channels_off: ['sms'] } },
  'PUT /api/v1/tenant/privacy': {
    payload: { user_ids: 'plain', addresses: 'dropped', retention_months: 13 },
  },
  'POST /api/pelanggan/pesan-sesi': {
    payload: { course: 'none', slot: 'slt_0123456789abcdef0123' },
    status: 404,
  },
  'POST /api/pelanggan/batalkan-sesi': { payload: { booking: NO_BOOKING }, status: 404 },
  'POST /api/pelanggan/testimoni': { payload: { booking: NO_BOOKING, rating: 5 }, status: 404 },
  'POST /api/pelanggan/bukti-pembayaran': { status: 415 },
  'POST /api/mentor/atur-jadwal': { payload: { weeks: 1 } },
  'POST /api/mentor/kursus': {
    payload: { title: 'Catur', subject: 'Catur', price_idr: 50_000 },
    status: 201,
  },
  'POST /api/mentor/mulai-sesi': { payload: { booking: NO_BOOKING }, status: 404 },
  'POST /api/mentor/selesai-sesi': { payload: { booking: NO_BOOKING }, status: 404 },
  'POST /api/admin/verifikasi-pembayaran': {
    payload: { booking: NO_BOOKING, decision: 'verified' },
    status: 404,
  },
};
const NO_KEY = 'key_0123456789abcdef';
/** Ids as the application makes them: a kind, an underscore, letters and digits; and bare UUIDs. */
const IDS = /\b(?:[a-z]{3}_[0-9a-zA-Z]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g;
const IDS_OF_A_KIND = 3;
const REQUESTS_OF_OURS = 7;
const REQUESTS_OF_THEIRS = 3;

describe('tenant isolation', () => {
  let application: TestApplication;

  beforeAll(async () => {
    application = await startApplication();
    for (const id of ['ours', 'theirs']) {
      const tenantId = await application.createTenant(id, TENANT_ROLES);
      const contract = { tenantId, startedOn: '2026-01-01', plan: 'starter' };
      await openContract(application.services.database.db, contract);
    }
    await visit('ours', REQUESTS_OF_OURS);
    await visit('theirs', REQUESTS_OF_THEIRS);
    await application.services.collector.drain();
  });
  afterAll(() => application.stop());

  /** Anonymous visits of a tenant's public pages. */
  async function visit(tenant: string, times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) {
      await application.app.inject({ url: '/api/public/kursus', headers: { 'x-tenant': tenant } });
    }
  }

  interface ProtectedRoute {
    readonly route: string;
    readonly request: InjectOptions;
    readonly roles: readonly Role[];
    /** What it answers those who may use it. */
    readonly status: number;
  }

  function protectedRoutes(): ProtectedRoute[] {
    return Object.entries(ACCESS).flatMap(([route, asked]) => {
      const [method = '', path = ''] = route.split(' ');
      const { payload, status = 200, id = NO_KEY } = EXCHANGES[route] ?? {};
      const url = path
        .replace('{tenant}', 'ours')
        .replace('{id}', id)
        .replace('{slug}', 'no-page')
        .replace('{version}', '1')
        .replace('{discount}', 'dsc_0123456789abcdef0123');
      return typeof asked === 'string' || ASKED_LATER.has(route)
        ? []
        : [
            {
              route,
              request: { method: method as 'GET', url, ...(payload && { payload }) },
              roles: rolesWith(asked),
              status,
            },
          ];
    });
  }

  /** Who has any of the permissions: by the table. */
  function rolesWith(asked: readonly Permission[]): Role[] {
    return ROLES.filter((role) => asked.some((permission) => holders(permission).includes(role)));
  }

  function holders(permission: Permission): readonly Role[] {
    return PERMISSIONS[permission];
  }

  it('has an expectation for every documented route, and for no other', async () => {
    const document = (await application.app.inject('/api-docs/json')).json();
    const documented = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...documented, ...ASKED_LATER].sort()).toEqual(Object.keys(ACCESS).sort());
  });

  it('finds each route asking for the permission that it is expected to ask for', async () => {
    const document = (await application.app.inject('/api-docs/json')).json();
    for (const [route, asked] of Object.entries(ACCESS)) {
      const [method = '', path = ''] = route.split(' ');
      const operation = document.paths[path]?.[method.toLowerCase()];
      if (!ASKED_LATER.has(route)) {
        const permission = operation['x-permission'];
        expect({ route, permission }).toEqual({
          route,
          permission: typeof asked === 'string' ? undefined : asked,
        });
      }
    }
  });

  it('is what the committed OpenAPI document says: run "npm run openapi" after a route has changed', async () => {
    const committed = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'));
    expect(committed).toEqual((await application.app.inject('/api-docs/json')).json());
  });

  it.each([
    ['no token', undefined],
    ['a token that is none', 'Bearer nonsense'],
    ['another scheme', 'Basic b3VyczpvdXJz'],
    ['an unsigned token', `Bearer ${unsigned({ sub: 'x', tid: 'ours', role: 'administrator', sid: 'x' })}`],
  ])('refuses %s on every protected route', async (_name, authorization) => {
    for (const { route, request } of protectedRoutes()) {
      const answer = await application.app.inject({
        ...request,
        headers: { 'x-tenant': 'ours', ...(authorization && { authorization }) },
      });
      expect({ route, status: answer.statusCode, code: answer.json().code }).toEqual({
        route,
        status: 401,
        code: 'authentication-required',
      });
    }
  });

  it('answers each role as the table says', { timeout: 120_000 }, async () => {
    const tokens = await Promise.all(
      ROLES.map(async (role) => ({
        role,
        token:
          role === 'operator'
            ? await application.operatorToken('proved')
            : await application.tokenOf('ours', role),
      })),
    );
    for (const { route, request, roles, status } of protectedRoutes()) {
      for (const { role, token } of tokens) {
        const answer = await application.app.inject({
          ...request,
          headers: { authorization: `Bearer ${token}` },
        });
        expect({ route, role, status: answer.statusCode }).toEqual({
          route,
          role,
          status: roles.includes(role) ? status : 403,
        });
      }
    }
  });

  it('answers nothing of one tenant to another, whatever of the first is asked for by its id', {
    timeout: 120_000,
  }, async () => {
    const documented = protectedRoutes();
    const found = new Map<string, Set<string>>();
    const ours = `Bearer ${await application.tokenOf('ours', 'administrator')}`;
    for (const { request } of documented.filter(({ request }) => request.method === 'GET')) {
      const answer = await application.app.inject({ ...request, headers: { authorization: ours } });
      for (const [id] of answer.body.matchAll(IDS)) {
        const kind = id.includes('_') ? id.slice(0, id.indexOf('_')) : '';
        found.set(kind, (found.get(kind) ?? new Set()).add(id));
      }
    }
    // Of each kind a few stand for the others.
    const known = new Set([...found.values()].flatMap((ids) => [...ids].slice(0, IDS_OF_A_KIND)));
    expect(known.size).toBeGreaterThan(0);
    for (const role of ['administrator', 'member'] as const) {
      const authorization = `Bearer ${await application.tokenOf('theirs', role)}`;
      for (const { route, request } of documented) {
        const path = route.split(' ')[1] ?? '';
        const urls = path.includes('{') ? [...known].map((id) => path.replaceAll(/\{\w+\}/g, id)) : [path];
        for (const url of urls) {
          const answer = await application.app.inject({
            ...request,
            url,
            headers: { authorization, 'x-tenant': 'ours' },
          });
          const taken = path.includes('{') && answer.statusCode < 300;
          expect({ route, role, url, taken, body: answer.body }).toMatchObject({
            taken: false,
            body: expect.not.stringContaining('ours.example'),
          });
        }
      }
    }
  });

  it('lets an operator without a second factor do nothing but set one up', async () => {
    const authorization = `Bearer ${await application.operatorToken('missing')}`;
    for (const { route, request, roles, status } of protectedRoutes()) {
      const answer = await application.app.inject({ ...request, headers: { authorization } });
      const allowed = route.includes('/account/second-factor');
      expect({ route, status: answer.statusCode, code: allowed ? '' : answer.json().code }).toEqual({
        route,
        status: allowed && roles.includes('operator') ? status : 403,
        code: allowed ? '' : 'second-factor-enrolment-required',
      });
    }
  });

  it('gives the caller’s own numbers whatever parameter or header names another tenant', async () => {
    const authorization = `Bearer ${await application.tokenOf('theirs', 'administrator')}`;
    const disguises: InjectOptions[] = [
      {},
      { headers: { 'x-tenant': 'ours' } },
      { headers: { 'x-tenant-id': 'ours', 'x-forwarded-host': 'ours.example', host: 'ours.example' } },
      { query: { tenant: 'ours' } },
      { query: { tenant_id: 'ours', tenantId: 'ours' } },
      { query: { period: "today' OR tenant_id = 'ours" } },
    ];
    const usage = protectedRoutes().filter(
      ({ route }) => route.includes('/usage/') && !/\.(csv|pdf)$/.test(route),
    );
    expect(usage).not.toHaveLength(0);
    for (const disguise of disguises) {
      for (const { route, request } of usage) {
        const answer = await application.app.inject({
          ...request,
          ...disguise,
          headers: { ...disguise.headers, authorization },
        });
        const body = answer.body;
        expect([200, 400], `${route} ${JSON.stringify(disguise)}: ${body}`).toContain(answer.statusCode);
        expect(calls(answer.json())).not.toContain(REQUESTS_OF_OURS);
        // Of nobody's visits there are no sessions, and costs count nothing.
        const counted = calls(answer.json());
        if (answer.statusCode === 200 && !/sessions|cost-breakdown/.test(route)) {
          expect(Math.max(...counted), route).toBeGreaterThanOrEqual(REQUESTS_OF_THEIRS);
        }
      }
    }
  });

  it('shows people and endpoints to those alone who may see them', async () => {
    const sections = async (role: Role): Promise<string[]> => {
      const answer = await application.app.inject({
        url: '/api/v1/tenant/usage/detailed',
        headers: { authorization: `Bearer ${await application.tokenOf('ours', role)}` },
      });
      return Object.keys(answer.json()).filter((name) => name.endsWith('_breakdown'));
    };
    expect(await sections('administrator')).toEqual(['endpoint_breakdown', 'user_breakdown']);
    expect(await sections('manager')).toEqual(['user_breakdown']);
    expect(await sections('board')).toEqual([]);
    expect(await sections('it_staff')).toEqual(['endpoint_breakdown']);
  });

  it('keeps keys to their tenant: nobody else sees, renews or ends one', async () => {
    const as = async (tenant: string, request: InjectOptions) =>
      application.app.inject({
        ...request,
        headers: {
          authorization: `Bearer ${await application.tokenOf(tenant, 'administrator')}`,
          'x-tenant': 'ours',
        },
      });
    const url = '/api/v1/tenant/keys';
    const made = await as('ours', {
      method: 'POST',
      url,
      payload: { name: 'ours alone', scopes: ['ingest:requests'] },
    });
    const { id, secret } = made.json();
    expect((await as('theirs', { url })).body).not.toContain(id);
    expect((await as('theirs', { method: 'POST', url: `${url}/${id}/rotate` })).statusCode).toBe(404);
    expect((await as('theirs', { method: 'DELETE', url: `${url}/${id}` })).statusCode).toBe(404);
    const listed = (await as('ours', { url })).body;
    expect(listed).toContain('ours alone');
    expect(listed).not.toContain(secret);
    expect((await application.services.keyring.judge(secret)).status).toBe('valid');
    expect((await as('ours', { method: 'DELETE', url: `${url}/${id}` })).statusCode).toBe(204);
    expect((await application.services.keyring.judge(secret)).status).toBe('revoked');
  });

  it('changes the privacy of the caller’s own tenant alone', async () => {
    const authorization = `Bearer ${await application.tokenOf('theirs', 'administrator')}`;
    const strict = { user_ids: 'pseudonymous', addresses: 'truncated', retention_months: 6 };
    const changed = await application.app.inject({
      method: 'PUT',
      url: '/api/v1/tenant/privacy?tenant=ours',
      headers: { authorization, 'x-tenant': 'ours' },
      payload: { ...strict, tenant: 'ours', tenant_id: 'ours' },
    });
    expect(changed.json()).toEqual(strict);
    const ours = await application.app.inject({
      url: '/api/v1/tenant/privacy',
      headers: { authorization: `Bearer ${await application.tokenOf('ours', 'board')}` },
    });
    expect(ours.json()).toEqual({ user_ids: 'plain', addresses: 'dropped', retention_months: 13 });
  });

  describe('the live socket', () => {
    async function connect(protocols: string[]): Promise<{ code: number; messages: string[] }> {
      const socket = new WebSocket(`${application.url.replace('http', 'ws')}/usage`, protocols);
      const messages: string[] = [];
      return new Promise((resolve) => {
        socket.on('unexpected-response', (_request, response) =>
          resolve({ code: response.statusCode ?? 0, messages }),
        );
        socket.on('message', (data) => {
          messages.push(String(data));
          socket.close(1000);
        });
        socket.on('close', (code) => resolve({ code, messages }));
        socket.on('error', () => undefined);
      });
    }

    it('refuses the upgrade without a token', async () => {
      expect(await connect([LIVE_PROTOCOL])).toEqual({ code: 401, messages: [] });
    });

    it('closes on a token that is not valid, and on a role without the permission', async () => {
      expect(await connect([LIVE_PROTOCOL, 'bearer.nonsense'])).toEqual({ code: 4401, messages: [] });
      for (const role of TENANT_ROLES) {
        const { code, messages } = await connect([
          LIVE_PROTOCOL,
          `bearer.${await application.tokenOf('ours', role)}`,
        ]);
        const allowed = holders('usage:read').includes(role);
        expect({ role, code, told: messages.length > 0 }).toEqual({
          role,
          code: allowed ? 1000 : 4403,
          told: allowed,
        });
      }
    });
  });
});

/** Every number of calls in an answer. */
function calls(body: unknown): number[] {
  if (typeof body !== 'object' || body === null) {
    return [];
  }
  return Object.entries(body).flatMap(([name, value]) => {
    const counted = name === 'api_calls' || name === 'calls';
    return [
      ...(counted && typeof value === 'number' ? [value] : []),
      ...(counted && typeof value === 'object' && value !== null && 'total' in value
        ? [Number(value.total)]
        : []),
      ...calls(value),
    ];
  });
}

function unsigned(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ ...claims, exp: 4_102_444_800 })}.`;
}
