import websocket from '@fastify/websocket';
import {
  PLATFORM_TENANT,
  type RequestIdentity,
  requestRecorder,
  StoreError,
  type TenantId,
} from '@riwayat/collector';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { Registry } from 'prom-client';
import { Advisor } from './advice/advisor.ts';
import { Forecasts } from './advice/forecasts.ts';
import { adviceRoutes } from './advice/routes.ts';
import { TenantMonths } from './advice/tenant-months.ts';
import { alertRoutes } from './alerts/alerts/routes.ts';
import { signalHistories } from './alerts/backtest/histories.ts';
import { trialRoutes } from './alerts/backtest/routes.ts';
import { Trials } from './alerts/backtest/trial.ts';
import { heartbeatRoutes } from './alerts/heartbeats/routes.ts';
import { alertRuleRoutes } from './alerts/rules/routes.ts';
import { alertSignalRoutes } from './alerts/rules/signal-routes.ts';
import { alertSettingsRoutes } from './alerts/settings/routes.ts';
import { alertSilenceRoutes } from './alerts/silences/routes.ts';
import { alertStatisticsRoutes } from './alerts/statistics/routes.ts';
import { tellingRoutes } from './alerts/telling/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { contractRoutes } from './billing/contract-routes.ts';
import { planRoutes } from './billing/plan-routes.ts';
import { channelRoutes } from './channels/routes.ts';
import { type Config, sessionSecret } from './config.ts';
import { dashboard } from './dashboard/dashboard.ts';
import { dataExportRoutes } from './data-export/routes.ts';
import { documentFrame } from './documents/frame.ts';
import { receiptRoutes } from './documents/receipt-routes.ts';
import { documentRoutes } from './documents/routes.ts';
import { problemDocuments, refuseAddress } from './errors/documents.ts';
import { type ProblemError, problem } from './errors/problem.ts';
import { exportRoutes } from './exports/routes.ts';
import { fileRoutes, LONGEST_TOKEN } from './files/routes.ts';
import { Anomalies } from './hardening/anomalies.ts';
import { securityHeaders } from './hardening/headers.ts';
import { originCheck } from './hardening/origin.ts';
import { rateLimits } from './hardening/rate-limits.ts';
import { shedding } from './hardening/shedding.ts';
import { crossTenantWatch, observeProblems } from './hardening/watch.ts';
import { health } from './health/health.ts';
import { deviceRoutes } from './identity/devices/routes.ts';
import { identity } from './identity/identity.ts';
import { linksOf } from './identity/links.ts';
import { operatorRoutes } from './identity/operators/routes.ts';
import { passwordRoutes } from './identity/password-reset/routes.ts';
import { OPERATORS_TENANT } from './identity/permissions.ts';
import { registrationRoutes } from './identity/registration/routes.ts';
import { identityRoutes, REFRESH_COOKIE } from './identity/routes.ts';
import { secondFactorRoutes } from './identity/second-factor/routes.ts';
import { tenantPeopleRoutes } from './identity/tenant-people/routes.ts';
import { platformInvoiceRoutes } from './invoices/platform-routes.ts';
import { invoiceRoutes } from './invoices/routes.ts';
import { jobRoutes } from './jobs/routes.ts';
import { StoredJobs } from './jobs/stored-jobs.ts';
import { keyAuthentication } from './keys/authenticate.ts';
import { keyRoutes } from './keys/routes.ts';
import { rejectedRoutes } from './ledger/rejected.ts';
import { ledgerRoutes } from './ledger/routes.ts';
import { LIVE_PROTOCOL, liveRoutes } from './live/routes.ts';
import { materialRoutes } from './materials/routes.ts';
import { metrics } from './metrics/metrics.ts';
import { Inbox } from './notifications/inbox.ts';
import { liveNotificationRoutes, NOTIFICATIONS_PROTOCOL } from './notifications/live/routes.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { documentedIngest } from './openapi/ingest.ts';
import { openapi } from './openapi/openapi.ts';
import { Pages } from './pages/pages.ts';
import { Previews } from './pages/preview.ts';
import { publicPages } from './pages/public.ts';
import { pageRoutes } from './pages/routes.ts';
import { invoicePaymentRoutes } from './payments/routes.ts';
import { PlanChanges } from './plan-changes/plan-changes.ts';
import { platformPlanChangeRoutes } from './plan-changes/platform-routes.ts';
import { planChangeRoutes } from './plan-changes/routes.ts';
import { erasureRoutes } from './privacy/erasures.ts';
import { privacyRoutes } from './privacy/routes.ts';
import { profileRoutes } from './profile/routes.ts';
import { reportsFrom } from './reports/reports-from.ts';
import { reportRoutes } from './reports/routes.ts';
import { downloadLinks, publicUrlOf, type Services } from './services.ts';
import { storefront } from './tenants/storefront.ts';
import { Catalogue } from './tutoring/catalogue.ts';
import { learnerRoutes } from './tutoring/learner-routes.ts';
import { mentorRoutes } from './tutoring/mentor-routes.ts';
import { paymentRoutes } from './tutoring/payment-routes.ts';
import { tutoring } from './tutoring/tutoring.ts';
import { uptimeRoutes } from './uptime/routes.ts';
import { costRoutes } from './usage/cost-routes.ts';
import { UsageCosts } from './usage/costs.ts';
import { endpointRoutes } from './usage/endpoint-routes.ts';
import { LogIns } from './usage/log-ins.ts';
import { ownUsageRoutes } from './usage/own-routes.ts';
import { peopleRoutes } from './usage/people-routes.ts';
import { usageRoutes } from './usage/routes.ts';
import { VERSION } from './version.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
/** A client that takes longer than this to send a request is not going to: ten megabytes at 0.7 Mbit/s. */
const REQUEST_TIMEOUT_MS = 120_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** Live messages are small, and clients send none. */
const LARGEST_CLIENT_MESSAGE_BYTES = 1024;
const STORE_RETRY_SECONDS = 5;

export interface AppOptions {
  readonly config: Config;
  readonly services: Services;
  /** Where the built dashboard is; without it the API alone is served. */
  readonly dashboardDirectory?: string;
  readonly now?: () => Date;
}

/**
 * Builds the application: the observed tutoring routes, identity, and the tenants' window on their usage, every
 * request recorded. It does not listen yet; tests inject into it.
 */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { config, services, dashboardDirectory, now = () => new Date() } = options;
  const { collector, coordination, database, people, tenants, keys, keyring, policies, files, jsonCache } =
    services;
  const { metering, prices, pricing, receivables, usageReads } = services;
  const logger: FastifyBaseLogger = services.logger;
  const app = fastify({
    loggerInstance: logger,
    // Each request is recorded: a second record of it in the log would tell nothing more.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    frameworkErrors: refuseAddress,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_TOKEN },
    trustProxy: config.trustedProxies.length > 0 && [...config.trustedProxies],
  });
  // Node would take the longer of the two for the whole request.
  app.server.headersTimeout = HEADERS_TIMEOUT_MS;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  const anomalies = new Anomalies({ collector, logger: services.logger, now });

  // The recorder comes first: its clock starts before anything else works on the request.
  await app.register(requestRecorder, {
    collector,
    instance: config.instance,
    identify: identityOf,
    logger: services.logger,
  });
  await app.register(problemDocuments, { translate: storeProblem, observe: observeProblems(anomalies) });
  await app.register(securityHeaders, { https: config.secureCookies });
  // Before whatever refuses: a socket whose upgrade is refused is closed by this plugin, if it knew of it.
  await app.register(websocket, {
    options: {
      maxPayload: LARGEST_CLIENT_MESSAGE_BYTES,
      handleProtocols: (offered: Set<string>) =>
        [LIVE_PROTOCOL, NOTIFICATIONS_PROTOCOL].find((protocol) => offered.has(protocol)) ?? false,
    },
  });
  await app.register(shedding, {
    limits: config.pressure,
    databaseWaiting: () => database.connections().waiting,
    logger: services.logger,
  });
  await app.register(originCheck, { publicUrl: config.publicUrl, sessionCookie: REFRESH_COOKIE });
  await app.register(openapi, { version: VERSION });
  await app.register(identity, {
    database,
    secret: sessionSecret(config),
    secureCookies: config.secureCookies,
    clock: now,
    bus: coordination.bus,
  });
  await app.register(storefront, { tenants, defaultTenant: config.defaultTenant });
  await app.register(crossTenantWatch, { anomalies, database });
  if (config.rateLimits !== undefined) {
    await app.register(rateLimits, { rates: config.rateLimits, limits: coordination.limits });
  }
  await app.register(identityRoutes, app.accounts);
  await app.register(secondFactorRoutes, app.accounts);
  await app.register(operatorRoutes, app.accounts);
  await app.register(deviceRoutes, app.accounts);
  const accountMail = { accounts: app.accounts, linkTo: linksOf(app, config.publicUrl) };
  await app.register(registrationRoutes, { ...accountMail, tenants, defaultTenant: config.defaultTenant });
  await app.register(passwordRoutes, accountMail);
  await app.register(tenantPeopleRoutes, { ...accountMail, tenants, defaultTenant: config.defaultTenant });
  await app.register(profileRoutes, { database, files });

  await app.register(health, {
    probes: {
      database: () => database.ping(),
      usageStore: () => collector.ping(),
      files: () => files.ping(),
    },
    spool: () => collector.status().spool,
    coordination: () => coordination.state(),
    // While nothing can be recorded, requests are answered all the same.
    essential: ['database', 'usage_store'],
  });
  await app.register(metrics, {
    registry: new Registry(),
    collector,
    jobs: services.jobs,
    evaluator: services.evaluator,
    token: config.metricsToken,
  });
  await app.register(materialRoutes, { database, files, cache: coordination.cache, now });
  await app.register(fileRoutes, { files, links: downloadLinks(config), tenants });
  const previews = new Previews(sessionSecret(config), now);
  const { defaultTenant } = config;
  await app.register(publicPages, { database, cache: jsonCache, previews, tenants, defaultTenant });
  await app.register(pageRoutes, { database, pages: new Pages(database, jsonCache, now), previews });
  const catalogue = new Catalogue(database, jsonCache);
  const shop = { database, catalogue, tenants, defaultTenant: config.defaultTenant, now };
  await app.register(tutoring, shop);
  await app.register(learnerRoutes, { database, catalogue, now });
  await app.register(mentorRoutes, shop);
  await app.register(paymentRoutes, { database, files, now });
  const costs = new UsageCosts({
    metering,
    totals: collector.usage,
    weights: collector.metering,
    pricing,
    now,
  });
  const months = new TenantMonths({
    database,
    prices: services.prices,
    tenants,
    usageOf: (tenantId, month) => costs.usageOf(tenantId, month),
    now,
  });
  const forecasts = new Forecasts(months);
  const usageParts = {
    database,
    usage: collector.usage,
    activity: collector.activity,
    logIns: new LogIns(database),
    costs,
    reads: usageReads,
    tenants,
    names: (tenantId: string, userIds: readonly string[]) => people.names(tenantId, userIds),
    predict: (tenantId: TenantId) => forecasts.expectedTotal(tenantId),
    now,
  };
  await app.register(usageRoutes, usageParts);
  await app.register(endpointRoutes, usageParts);
  await app.register(peopleRoutes, usageParts);
  await app.register(ownUsageRoutes, usageParts);
  await app.register(costRoutes, usageParts);
  await app.register(exportRoutes, {
    ...usageParts,
    recorded: collector.recorded,
    seller: config.seller,
  });
  await app.register(documentRoutes, {
    database,
    ...documentFrame(config),
  });
  await app.register(receiptRoutes, { database, seller: config.seller });
  const advisor = new Advisor({ months, habits: collector.metering, usage: collector.usage });
  await app.register(adviceRoutes, { months, forecasts, advisor, reads: usageReads });
  await app.register(auditRoutes, { database });
  await app.register(heartbeatRoutes, { database, keyring, now });
  await app.register(jobRoutes, { stored: new StoredJobs(database) });
  const inbox = new Inbox(database, now);
  await app.register(notificationRoutes, { inbox });
  await app.register(channelRoutes, {
    database,
    channels: services.channels,
    config: config.channels,
    limits: coordination.limits,
    now,
  });
  await app.register(invoiceRoutes, { database, tenants, metering, pricing, now });
  await app.register(platformInvoiceRoutes, { database, tenants, metering, pricing, receivables, now });
  await app.register(keyRoutes, { keys, keyring, now });
  await app.register(invoicePaymentRoutes, {
    database,
    receivables,
    files,
    provider: services.paymentProvider,
    means: config.payments,
    now,
  });
  const changes = new PlanChanges({ database, prices, metering }, now);
  await app.register(planRoutes, { database, prices, now });
  await app.register(contractRoutes, { database, prices, tenants, now });
  await app.register(planChangeRoutes, { database, changes, prices, tenants });
  await app.register(platformPlanChangeRoutes, { database, changes, prices });
  await app.register(dataExportRoutes, { database, files, now });
  const trials = new Trials(signalHistories({ collector, database, prices }));
  await app.register(trialRoutes, { database, trials, now });
  await app.register(alertRuleRoutes, { database, now });
  await app.register(alertSignalRoutes);
  await app.register(alertRoutes, { database, telling: services.alertTeller, now });
  await app.register(alertSilenceRoutes, { database, now });
  await app.register(alertSettingsRoutes, { database, now });
  await app.register(alertStatisticsRoutes, { database, tenants, now });
  await app.register(reportRoutes, {
    database,
    reports: reportsFrom({ database, collector, metering, prices, pricing, tenants, now }),
    tenants,
    reads: usageReads,
    publicUrl: publicUrlOf(config),
    now,
  });
  await app.register(uptimeRoutes, { database, pricing, tenants, now });
  await app.register(privacyRoutes, { policies, collector });
  await app.register(erasureRoutes, { database, collector });
  await app.register(ledgerRoutes, { ledger: collector.ledger, now });
  await app.register(rejectedRoutes, { refused: collector.refused });
  if (config.ingest) {
    await app.register(documentedIngest, {
      collector,
      authenticate: keyAuthentication(keyring, config.publicUrl),
      instance: config.instance,
      logger: services.logger,
    });
  }
  await app.register(liveRoutes, {
    live: collector.live,
    tenants,
    reads: usageReads,
    verifyAccessToken: app.verifyAccessToken,
  });
  await app.register(tellingRoutes, { database, now });
  await app.register(liveNotificationRoutes, {
    inbox,
    arrivals: services.arrivals,
    verifyAccessToken: app.verifyAccessToken,
  });
  if (dashboardDirectory !== undefined) {
    await app.register(dashboard, { directory: dashboardDirectory });
  }
  return app;
}

/** Whose request it is: that of the tenant whose application is used, by whoever is logged in. */
function identityOf({ principal, storefront: tenant }: FastifyRequest): RequestIdentity {
  return {
    tenantId: tenant === null || tenant.id === OPERATORS_TENANT ? PLATFORM_TENANT : tenant.id,
    timezone: tenant?.timezone ?? 'UTC',
    userId: principal?.userId ?? '',
    userRole: principal?.role ?? '',
    sessionId: principal?.sessionId ?? '',
  };
}

function storeProblem(error: unknown): ProblemError | undefined {
  return error instanceof StoreError
    ? problem('usage-store-unavailable', { retryAfterSeconds: STORE_RETRY_SECONDS, cause: error })
    : undefined;
}
