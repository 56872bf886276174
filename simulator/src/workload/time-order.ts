import { TimeDrawers } from './time-drawers.ts';

/**
 * The order of some times: where in them the earliest is, the next, and so on. Equal times keep their order. Times are
 * put into drawers, which takes two passes, and sorted within each.
 *
 * @param times finite
 */
export function timeOrder(times: Float64Array): Int32Array {
  const count = times.length;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < count; index += 1) {
    const time = times[index] ?? 0;
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  const drawers = new TimeDrawers(count, first, last);
  for (let index = 0; index < count; index += 1) {
    drawers.expect(times[index] ?? 0);
  }
  drawers.allot();
  const order = new Int32Array(count);
  for (let index = 0; index < count; index += 1) {
    order[drawers.put(times[index] ?? 0)] = index;
  }
  insertInOrder(order, times);
  return order;
}

/** Insertion sort: what is nearly in order is put in order without moving far. */
function insertInOrder(order: Int32Array, times: Float64Array): void {
  for (let place = 1; place < order.length; place += 1) {
    const index = order[place] ?? 0;
    const time = times[index] ?? 0;
    let gap = place;
    while (gap > 0 && (times[order[gap - 1] ?? 0] ?? 0) > time) {
      order[gap] = order[gap - 1] ?? 0;
      gap -= 1;
    }
    order[gap] = index;
  }
}
