/** Whole-number distances between axis labels: 1, 2 and 5 times powers of ten. */
export const WHOLE_STEPS: readonly number[] = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((factor) => factor * 10 ** power),
).flat();

/** The upper end of an axis from zero that holds `highest`, with some air above it and never lower than `least`. */
export function axisTop(highest: number, least: number): number {
  const wanted = Math.max(highest * 1.1, least);
  // About four labels: the smallest whole step with which four reach the wanted height.
  const step = WHOLE_STEPS.find((candidate) => candidate * 4 >= wanted) ?? wanted / 4;
  return Math.ceil(wanted / step) * step;
}

/**
 * How many columns apart labels have to be, so that each has room.
 *
 * @param columns how many there are
 * @param width CSS pixels for all of them
 * @param labelWidth CSS pixels that one label needs
 */
export function labelDistance(columns: number, width: number, labelWidth: number): number {
  const room = Math.max(1, Math.floor(width / labelWidth));
  return Math.max(1, Math.ceil(columns / room));
}
