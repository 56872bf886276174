export { type Advice, type AdviceQuestion, adviceOn } from './advice/advice.ts';
export { type AdviceText, adviceText } from './advice/advice-text.ts';
export type { EndpointShare, EndpointUse } from './advice/endpoint-use.ts';
export {
  type Attributed,
  attribute,
  type CostGroup,
  costByComponent,
  UNATTRIBUTED,
  type Weighted,
} from './attribution/attribution.ts';
export { requestWeight, type WeighedRequest } from './attribution/weight.ts';
export {
  type BreakEven,
  type BreakEvenQuestion,
  breakEvens,
  priceOfVaried,
} from './comparison/break-even.ts';
export { breakEvenText } from './comparison/break-even-text.ts';
export {
  type ComparisonQuestion,
  comparePlans,
  type PlanComparison,
  type PricedPlan,
  wholeMonthUnder,
} from './comparison/plan-comparison.ts';
export {
  DISCOUNT_ORDER,
  type DiscountInMonth,
  type DiscountKind,
  discountsIn,
} from './discounts/discounts.ts';
export { explainCheaper } from './explain/cheaper.ts';
export {
  type ExplainableLine,
  type ExplainedLine,
  type Explanation,
  explain,
  explainLine,
} from './explain/explain.ts';
export { formatExact, formatPercent, formatQuantity, formatRupiah } from './explain/format.ts';
export { type CostForecast, costForecast } from './forecast/cost-forecast.ts';
export {
  DAYS_NEEDED,
  type Forecast,
  type ForecastQuestion,
  forecast,
  type MonthForecast,
  type Place,
} from './forecast/forecast.ts';
export * from './meters/meter.ts';
export { unitName } from './meters/units.ts';
export * from './money/decimal.ts';
export * from './money/rupiah.ts';
export {
  DAYS_FOR_PATTERN,
  type DetectedPattern,
  PATTERNS,
  type Pattern,
  patternOf,
  type UsageOverTime,
} from './pattern/pattern.ts';
export * from './period/month.ts';
export { CATALOGUE } from './plans/catalogue.ts';
export type { Contract, GrantedDiscount, Term } from './plans/contract.ts';
export { pinned } from './plans/pinned.ts';
export * from './plans/plan.ts';
export { PriceList } from './plans/price-list.ts';
export { type Bill, type BillQuestion, bill, plansInEffect, UnknownPlanError } from './rating/bill.ts';
export { type CheaperBeyond, type Cliff, cheaperBeyond, cliffsOf } from './rating/cliffs.ts';
export type { BillLine, Calculation, Measured } from './rating/line.ts';
export { calculationSchema, measuredSchema } from './rating/line-json.ts';
export { negated } from './rating/negated.ts';
export { priceOfTotals } from './rating/price-of-totals.ts';
