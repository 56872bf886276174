export type { Collector } from './collector.ts';
export type { IngestCredential, IngestScope } from './ingest/credential.ts';
export { DEFAULT_INGEST_LIMITS, type IngestLimits } from './ingest/limits.ts';
export { METER_TYPE_PREFIX } from './ingest/meter-reading.ts';
export { IngestProblem, type IngestProblemCode } from './ingest/problem.ts';
export { type IngestRoutesOptions, ingestRoutes } from './ingest/routes.ts';
export type { EventIdentity, IngestItem, IngestResult } from './intake/intake.ts';
export type { Difference } from './ledger/differences.ts';
export type { LedgerHour } from './ledger/ledger.ts';
export type { LedgerStatus, Reconciliation } from './ledger/reconciler.ts';
export type { LedgerReads } from './ledger/upkeep.ts';
export type { AddedRequests, LiveCost, LiveCosts } from './live/live-costs.ts';
export type { LiveTenant, LiveUsage } from './live/live-usage.ts';
export type { LiveTick, LiveTickMessage } from './live/tick.ts';
export type { Logger } from './logger.ts';
export type { EndpointHabits } from './metering/endpoint-habits.ts';
export type { EventsOfDay, MeterTypes } from './metering/event-sums.ts';
export type { LocalDay, MeteredDays } from './metering/metered-days.ts';
export type { MeteringQueries, RequestsOfDay, RollupDays } from './metering/metering-queries.ts';
export type { Weight, WeightBy, WeightQuestion } from './metering/weights.ts';
export { type CollectorOptions, openCollector } from './opening.ts';
export type { ErasureProof, PersonRows } from './privacy/erasure.ts';
export { networkOf } from './privacy/network.ts';
export {
  DEFAULT_POLICY,
  LONGEST_RETENTION_MONTHS,
  type Privacy,
  type TenantPolicy,
} from './privacy/policy.ts';
export type { BusinessEvent } from './record/business-event.ts';
export { RecordError } from './record/line.ts';
export { type RequestId, RequestIds } from './record/request-id.ts';
export * from './record/request-record.ts';
export type { ResourceSample } from './record/resource-sample.ts';
export { microseconds } from './recorder/clock.ts';
export {
  type RequestIdentity,
  type RequestRecorderOptions,
  type RequestUsage,
  type RouteUsage,
  requestRecorder,
} from './recorder/recorder.ts';
export {
  type ResourceGauges,
  type ResourceSamplerOptions,
  startResourceSampler,
} from './resources/sampler.ts';
export type { Repair } from './rollups/repair.ts';
export { type InsertReport, SenderStoppedError } from './sender/inserter.ts';
export {
  type MemorySample,
  openSimulationStore,
  type Recorded,
  type SimulatedRun,
} from './simulation/simulation-store.ts';
export { QuotaError, type QuotaErrorCode, type SpoolQuota } from './spool/quota.ts';
export type { SealLimits } from './spool/spool.ts';
export { SpoolError, type SpoolErrorCode } from './spool/spool-error.ts';
export type { CollectorStatus, LaneStatus } from './status.ts';
export type { StoreAddress } from './store/store.ts';
export { StoreError, type StoreErrorCode } from './store/store-error.ts';
export type {
  ActivityQueries,
  EndpointPeople,
  PersonActivity,
  PersonEndpoint,
  SessionPlace,
  SessionUsage,
} from './usage/activity.ts';
export type {
  DailyUsage,
  EndpointUsage,
  MonthlyUsage,
  UsageQueries,
  UsageSummary,
  UserUsage,
} from './usage/queries.ts';
export type { DayRange, TimeRange } from './usage/range.ts';
export type { RecordedColumn, RecordedRequests } from './usage/recorded-requests.ts';
export {
  RefusedCursorError,
  type RefusedPage,
  type RefusedRow,
  type RefusedRows,
} from './usage/refused-rows.ts';
export type { RollupDifference } from './usage/rollup-difference.ts';
export { type PlatformScope, platformScope, type TenantScope, tenantScope } from './usage/tenant-scope.ts';
export type { MovingWindow } from './windows/moving-window.ts';
export type { PieceOfRequests, RequestHistory } from './windows/request-history.ts';
export type { RequestWindows, WindowOfRequests } from './windows/request-windows.ts';
export type { PieceOfSamples, SampleHistory } from './windows/sample-history.ts';
export type { Measure, SampleWindows } from './windows/sample-windows.ts';
export type { Span } from './windows/spans.ts';
export type { Whose } from './windows/whose.ts';
