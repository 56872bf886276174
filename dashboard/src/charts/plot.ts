import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** Colours that charts may use, by the name of their CSS custom property. */
export type ChartColour = '--chart-1' | '--chart-1-soft' | '--chart-2' | '--chart-today' | '--chart-error';

const AXIS_FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Looks a colour up as the theme has it now. A canvas knows no custom properties. */
export function colour(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

/** Where the pointer is over a chart, in CSS pixels of the plot's box, and which column it is nearest to. */
export interface Hover {
  readonly index: number;
  readonly left: number;
  readonly top: number;
}

/** Axis lines and texts as the theme has them. */
export function axisColours(element: Element): Pick<uPlot.Axis, 'stroke' | 'grid' | 'ticks' | 'font'> {
  return {
    stroke: colour(element, '--text-muted'),
    font: AXIS_FONT,
    grid: { stroke: colour(element, '--chart-grid'), width: 1 },
    ticks: { show: false },
  };
}

/** Options that every chart here shares: no legend and no zoom of uPlot's own, and a report of what is pointed at. */
export function sharedOptions(height: number, onhover: (hover: Hover | undefined) => void) {
  return {
    height,
    legend: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    hooks: {
      setCursor: [
        (plot: uPlot) => {
          const { idx, left = -1, top = -1 } = plot.cursor;
          const outside = left < 0 || idx === null || idx === undefined;
          onhover(
            outside
              ? undefined
              : { index: idx, left: left + plot.over.offsetLeft, top: top + plot.over.offsetTop },
          );
        },
      ],
    },
  } satisfies Partial<uPlot.Options>;
}

/**
 * Puts a plot into an element and keeps it as wide as the element is.
 *
 * @returns the plot and what takes it out again, with its listeners
 */
export function mountPlot(
  element: HTMLElement,
  options: Omit<uPlot.Options, 'width'>,
  data: uPlot.AlignedData,
): { plot: uPlot; destroy: () => void } {
  const plot = new uPlot({ ...options, width: Math.max(1, element.clientWidth) }, data, element);
  const observer = new ResizeObserver(() => {
    const width = Math.max(1, element.clientWidth);
    if (width !== plot.width) {
      plot.setSize({ width, height: options.height });
    }
  });
  observer.observe(element);
  return {
    plot,
    destroy() {
      observer.disconnect();
      plot.destroy();
    },
  };
}
