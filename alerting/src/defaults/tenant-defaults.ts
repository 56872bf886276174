/*
 * What every tenant is told of unless it wants it otherwise. Limits are those of the documents; where these have no
 * figure, the comment says so.
 *
 * What always holds: a window smooths what comes in single calls, so nothing has to last any longer before it is told
 * (documented: found in less than 30 seconds; Chill Ajar, "Optimizations Implemented"); what is over has to stay so, on
 * the good side of a lower value, before that is told.
 */
import { type DefaultRule, defaultRule } from './default-rule.ts';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Fewer calls than these say nothing: one error of two calls at night is 50 %. */
const LEAST_CALLS = 20;
const LEAST_LOOKUPS = 100;

export const TENANT_DEFAULTS: readonly DefaultRule[] = [
  // KSP, "Usage Alerts": api_calls_limit, 80 % of the limit; of all limits here, the nearest.
  defaultRule(
    'limit-used',
    { en: 'Limit of the plan almost reached', id: 'Batas paket hampir tercapai' },
    {
      signal: 'limit_used',
      window: 0,
      when: { kind: 'above', value: 80 },
      clear: { value: 75 },
      // No limit any more.
      missing: 'clear',
      severity: 'warning',
      repeat: 7 * DAY,
    },
  ),
  // KSP, "Usage Alerts": cost_budget, 90 % of the budget.
  defaultRule(
    'budget-used',
    { en: 'Budget almost used up', id: 'Anggaran hampir habis' },
    {
      signal: 'budget_used',
      window: 0,
      when: { kind: 'above', value: 90 },
      clear: { value: 85 },
      missing: 'clear',
      severity: 'warning',
      repeat: 7 * DAY,
    },
  ),
  // KSP, "Cost Transparency": prediction of costs. Above the budget is what a budget is for; it may change its mind
  // with each call at the beginning of a month, so it has to last.
  defaultRule(
    'budget-forecast',
    { en: 'Month will probably cost more than the budget', id: 'Perkiraan biaya melebihi anggaran' },
    {
      signal: 'budget_forecast',
      window: 0,
      when: { kind: 'above', value: 100 },
      for: 30 * MINUTE,
      clear: { value: 95, for: HOUR },
      missing: 'clear',
      severity: 'warning',
      repeat: 7 * DAY,
    },
  ),
  // Google, "The Site Reliability Workbook", chapter 5, "Multiwindow, Multi-Burn-Rate Alerts": six times the rate over
  // six hours and over half an hour, which is 5 % of a month's budget in six hours.
  defaultRule(
    'budget-burn',
    { en: 'Budget burns fast', id: 'Anggaran terpakai terlalu cepat' },
    {
      signal: 'budget_burn',
      window: 6 * HOUR,
      when: { kind: 'burn', above: 6, short: 30 * MINUTE },
      clear: { for: 15 * MINUTE },
      missing: 'clear',
      severity: 'warning',
    },
  ),
  // KSP, "Alert Thresholds": high response time, > 2 seconds; over five minutes by its "Scaling Triggers".
  defaultRule(
    'response-time',
    { en: 'Slow responses', id: 'Respons lambat' },
    {
      signal: 'response_time',
      window: 5 * MINUTE,
      least: LEAST_CALLS,
      when: { kind: 'above', value: 2_000 },
      clear: { value: 1_500, for: 5 * MINUTE },
      missing: 'clear',
      severity: 'critical',
      repeat: HOUR,
    },
  ),
  // Chill Ajar, "Response time: < 250 ms (target < 500 ms)"; that it is the 95th percentile is the product's choice.
  defaultRule(
    'response-time-p95',
    { en: 'Responses slower than the target', id: 'Respons lebih lambat dari target' },
    {
      signal: 'response_time_p95',
      window: 5 * MINUTE,
      least: LEAST_CALLS,
      when: { kind: 'above', value: 500 },
      clear: { value: 400, for: 5 * MINUTE },
      missing: 'clear',
      severity: 'warning',
    },
  ),
  // KSP, "Alert Thresholds": high error rate, > 5 %; EduCounsel, "CloudWatch", alarms, and "SNS", triggers.
  defaultRule(
    'error-rate',
    { en: 'Many errors', id: 'Banyak kesalahan' },
    {
      signal: 'error_rate',
      window: 5 * MINUTE,
      least: LEAST_CALLS,
      when: { kind: 'above', value: 5 },
      clear: { value: 3, for: 5 * MINUTE },
      missing: 'clear',
      severity: 'critical',
      repeat: HOUR,
    },
  ),
  // KSP, "Alert Thresholds": low cache hit ratio, < 70 %.
  defaultRule(
    'cache-hit-ratio',
    { en: 'Cache seldom hit', id: 'Cache jarang kena' },
    {
      signal: 'cache_hit_ratio',
      window: 15 * MINUTE,
      least: LEAST_LOOKUPS,
      when: { kind: 'below', value: 70 },
      clear: { value: 75, for: 15 * MINUTE },
      missing: 'clear',
      severity: 'info',
    },
  ),
  // KSP, "Alert Thresholds": high concurrent users, > 90 % of capacity.
  defaultRule(
    'capacity-used',
    {
      en: 'Almost as many users at once as the plan allows',
      id: 'Pengguna bersamaan mendekati kapasitas paket',
    },
    {
      signal: 'capacity_used',
      window: 5 * MINUTE,
      when: { kind: 'above', value: 90 },
      clear: { value: 80, for: 5 * MINUTE },
      missing: 'clear',
      severity: 'warning',
      repeat: 4 * HOUR,
    },
  ),
  // Chill Ajar, "Security Events": failed login attempts, blocked at five.
  defaultRule(
    'failed-logins',
    { en: 'Many failed log-ins', id: 'Banyak kegagalan masuk' },
    {
      signal: 'security_incidents',
      only: { incident: 'failed-logins' },
      window: 5 * MINUTE,
      when: { kind: 'above', value: 4 },
      clear: { for: 5 * MINUTE },
      missing: 'clear',
      severity: 'critical',
    },
  ),
  // Chill Ajar, "Security Events": suspicious calls that were rate limited, refused uploads; its "Alert Triggers" count
  // security anomalies. A burst is an anomaly already, so one is enough.
  defaultRule(
    'security-incidents',
    { en: 'Looks like an attack', id: 'Indikasi serangan' },
    {
      signal: 'security_incidents',
      window: 5 * MINUTE,
      when: { kind: 'above', value: 0 },
      clear: { for: 5 * MINUTE },
      missing: 'clear',
      severity: 'critical',
    },
  ),
  // The documents have no figure for silence. Three days: a weekend is none.
  defaultRule(
    'silence',
    { en: 'No requests any more', id: 'Tidak ada permintaan lagi' },
    {
      signal: 'silence',
      window: 0,
      when: { kind: 'above', value: 3 * DAY },
      severity: 'warning',
      repeat: 7 * DAY,
    },
  ),
];
