import { COLOURS, chart, type Plot } from './frame.ts';

/** Of the room that a bar has. */
const BAR_SHARE = 0.7;
const MOST_LABELS = 8;
/** A bar of something is seen. */
const LEAST_HEIGHT = 1.5;

export interface CallsChart {
  readonly calls: readonly number[];
  /** As many, or none. */
  readonly errors: readonly number[];
  /** Of each bar. */
  readonly labels: readonly string[];
  readonly count: (value: number) => string;
}

/** Calls as bars, with errors in them as their foot. */
export function callsChart({ calls, errors, labels, count }: CallsChart): Buffer {
  return chart({ most: Math.max(...calls), whole: true, label: count }, (plot) => {
    const room = (plot.right - plot.left) / calls.length;
    const every = Math.ceil(calls.length / MOST_LABELS);
    calls.forEach((value, index) => {
      const middle = plot.left + (index + 0.5) * room;
      bar(plot, middle, room * BAR_SHARE, value, COLOURS.main);
      bar(plot, middle, room * BAR_SHARE, errors[index] ?? 0, COLOURS.bad);
      if (index % every === 0) {
        plot.below(labels[index] ?? '', middle);
      }
    });
  });
}

function bar({ context, y, bottom }: Plot, middle: number, width: number, value: number, colour: string) {
  if (value > 0) {
    const height = Math.max(LEAST_HEIGHT, bottom - y(value));
    context.fillStyle = colour;
    context.fillRect(middle - width / 2, bottom - height, width, height);
  }
}
