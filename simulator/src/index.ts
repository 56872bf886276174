export { type Figure, type FigureKind, type FigureUnit, SOURCE_DOCUMENT } from './figures/figure.ts';
export { documentedFigures } from './figures/figures.ts';
export { type PlayLogger, type PlayOptions, playContinuation } from './play/player.ts';
export type { Account } from './play/visitor.ts';
export { type Person, population } from './population/population.ts';
export type { UserClass, UserRole } from './population/user-class.ts';
export { ALL_PLANS, type MonthPrice, pricesOfMonth, UnknownPlanKeyError } from './pricing/month-prices.ts';
export { documentedHistory, type HistoryOptions } from './recording/history.ts';
export { StartDateError } from './workload/calendar.ts';
