import type { FigureId } from '../figures/figures.ts';

/**
 * Figures that no parameter is fitted to, so that meeting them says something about the model: all memory of week 3, the
 * latency of a list whose demand follows from its queries and rows, database connections after the tuning, and two
 * kinds of alert.
 */
const HELD_OUT: ReadonlySet<string> = new Set<FigureId>([
  'memory.week-3.mean',
  'memory.week-3.peak',
  'latency.sessions-list',
  'connections.week-4',
  'alerts.cpu',
  'alerts.latency',
]);

/** Whether a documented figure is only predicted, never fitted. */
export function isHeldOut(id: string): boolean {
  return HELD_OUT.has(id);
}
