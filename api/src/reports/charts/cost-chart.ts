import { rupiahNumber } from '../../billing/rupiah-number.ts';
import type { ReportCost } from '../report.ts';
import { COLOURS, chart, type Plot } from './frame.ts';

const LINE_WIDTH = 2.5;
const DASHES = [6, 5];
const EACH_DAYS = 7;
const LABEL_GAP = 10;

export interface CostChart {
  readonly cost: ReportCost;
  readonly rupiah: (value: number) => string;
  /** What stands at the line of the budget. */
  readonly budget: string;
}

/** What a month costs, added up day by day, towards what it will probably come to; and its budget. */
export function costChart({ cost, rupiah, budget }: CostChart): Buffer {
  const sums = addedUp(cost.days);
  const expected = cost.expected === null ? undefined : rupiahNumber(BigInt(cost.expected));
  const limit = cost.budget === null ? undefined : rupiahNumber(BigInt(cost.budget));
  const most = Math.max(...sums, expected ?? 0, limit ?? 0);
  return chart({ most, whole: true, label: rupiah }, (plot) => {
    const room = (plot.right - plot.left) / cost.days_in_month;
    const x = (day: number): number => plot.left + (day - 0.5) * room;
    const points = sums.map((sum, index) => [x(index + 1), plot.y(sum)] as const);
    ground(plot, points);
    line(plot, points, COLOURS.main);
    const [last] = points.slice(-1);
    if (expected !== undefined && last !== undefined && sums.length < cost.days_in_month) {
      line(plot, [last, [x(cost.days_in_month), plot.y(expected)]], COLOURS.main, DASHES);
    }
    if (limit !== undefined) {
      line(
        plot,
        [
          [plot.left, plot.y(limit)],
          [plot.right, plot.y(limit)],
        ],
        COLOURS.limit,
        DASHES,
      );
      // Where neither the sum, which comes from the left below, nor the edge is in the way.
      plot.context.textAlign = 'left';
      plot.context.textBaseline = 'top';
      plot.context.fillStyle = COLOURS.limit;
      plot.context.fillText(budget, plot.left + LABEL_GAP, plot.y(limit) + LABEL_GAP / 2);
    }
    for (let day = 1; day <= cost.days_in_month; day += EACH_DAYS) {
      plot.below(String(day), x(day));
    }
  });
}

type Point = readonly [x: number, y: number];

function addedUp(days: readonly string[]): number[] {
  let sum = 0n;
  return days.map((amount) => {
    sum += BigInt(amount);
    return rupiahNumber(sum);
  });
}

function line({ context }: Plot, points: readonly Point[], colour: string, dashes: number[] = []): void {
  context.beginPath();
  for (const [x, y] of points) {
    context.lineTo(x, y);
  }
  context.strokeStyle = colour;
  context.lineWidth = LINE_WIDTH;
  context.lineJoin = 'round';
  context.setLineDash(dashes);
  context.stroke();
  context.setLineDash([]);
}

function ground({ context, bottom }: Plot, points: readonly Point[]): void {
  const [[first] = [0], [last] = [0]] = [points[0], points.at(-1)];
  context.beginPath();
  context.moveTo(first, bottom);
  for (const [x, y] of points) {
    context.lineTo(x, y);
  }
  context.lineTo(last, bottom);
  context.fillStyle = COLOURS.mainSoft;
  context.fill();
}
