export { type Figure, type FigureKind, type FigureUnit, SOURCE_DOCUMENT } from './figures/figure.ts';
export { documentedFigures } from './figures/figures.ts';
export { type Person, population } from './population/population.ts';
export type { UserClass, UserRole } from './population/user-class.ts';
export { StartDateError } from './workload/calendar.ts';
export { type ContinuationOptions, continuation } from './workload/continuation.ts';
export { DOCUMENTED_START, documentedMonth, type MonthOptions } from './workload/month.ts';
export type { CacheOutcome, Device, Method, RequestKind, SimulatedRequest } from './workload/request.ts';
