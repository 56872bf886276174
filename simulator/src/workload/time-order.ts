/**
 * The order of some times: where in them the earliest is, the next, and so on. Equal times keep their order. Times are
 * put into as many drawers as there are of them, which takes one pass, and sorted within each; requests spread well
 * enough for few of them to share one.
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
  const scale = last > first ? (count - 1) / (last - first) : 0;
  const ends = new Int32Array(count + 1);
  for (let index = 0; index < count; index += 1) {
    const drawer = Math.floor(((times[index] ?? 0) - first) * scale);
    ends[drawer + 1] = (ends[drawer + 1] ?? 0) + 1;
  }
  for (let drawer = 0; drawer < count; drawer += 1) {
    ends[drawer + 1] = (ends[drawer + 1] ?? 0) + (ends[drawer] ?? 0);
  }
  const order = new Int32Array(count);
  for (let index = 0; index < count; index += 1) {
    const drawer = Math.floor(((times[index] ?? 0) - first) * scale);
    const place = ends[drawer] ?? 0;
    order[place] = index;
    ends[drawer] = place + 1;
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
