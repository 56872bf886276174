/*
 * What the charts of a validation report share, in the browser. `uPlot` is in the page before this; the data is in
 * #chart-data. What always holds: every point is a sample, a count or a time as the simulation has it; nothing is smoothed.
 */
/* global uPlot */
(() => {
  const MINUTES_PER_HOUR = 60;
  const MINUTES_PER_DAY = 1440;
  const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
  const MARK = 5;
  /** Of the visible range, with one key. */
  const ZOOM = 0.5;
  const LONG_STEP = 20;
  /** Between the cursor and what is told of it. */
  const TIP_DISTANCE = 12;
  const OUTSIDE = { left: -10, top: -10 };

  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const { texts } = data;
  const number = new Intl.NumberFormat(data.locale, { maximumFractionDigits: 2 });
  const plots = [];
  const timePlots = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const twoDigits = (value) => String(value).padStart(2, '0');

  /** "day 12, 19:45" of a minute of the run. */
  function instant(minute) {
    const day = Math.floor(minute / MINUTES_PER_DAY) + 1;
    const rest = Math.round(minute % MINUTES_PER_DAY);
    return `${texts.day} ${day}, ${twoDigits(Math.floor(rest / MINUTES_PER_HOUR))}:${twoDigits(rest % MINUTES_PER_HOUR)}`;
  }

  /** Where a series is highest, which is what it is read for first. */
  function highest(values) {
    return values.indexOf(Math.max(...values));
  }

  function axis(extra) {
    return {
      stroke: () => colour('--muted'),
      grid: { stroke: () => colour('--grid'), width: 1 },
      ticks: { show: false },
      font: FONT,
      ...extra,
    };
  }

  const timeAxis = () =>
    axis({
      size: 28,
      space: 56,
      incrs: [15, 60, 180, 360, 720, 1440, 2880, 7200, 14400, 43200],
      values: (_plot, splits) =>
        splits.map((minute) =>
          minute % MINUTES_PER_DAY === 0
            ? `${texts.day} ${minute / MINUTES_PER_DAY + 1}`
            : `${twoDigits(Math.floor((minute % MINUTES_PER_DAY) / MINUTES_PER_HOUR))}:${twoDigits(minute % MINUTES_PER_HOUR)}`,
        ),
    });

  /** Charts on the same time axis show the same time. */
  function followers(plot, key) {
    if (key === 'x') {
      const { min, max } = plot.scales.x;
      for (const other of timePlots) {
        if (other !== plot && (other.scales.x.min !== min || other.scales.x.max !== max)) {
          other.setScale('x', { min, max });
        }
      }
    }
  }

  /**
   * Puts a chart into its place.
   *
   * @param height of a width, both in pixels
   * @param initial what is told before anybody points at anything
   * @param describe what is told of the point at an index, or of where the cursor of the plot is
   * @param move takes steps to the right and down with the keyboard, and says whether it went anywhere
   * @param onTime the first column is minutes: the chart zooms, and follows the others that do
   * @param hasTip what is told stands beside the cursor, too
   */
  function mount(id, { height, options, columns, initial, describe, move = along, onTime, hasTip }) {
    const element = document.getElementById(id);
    const readout = document.getElementById(`${id}-readout`);
    const tip = document.createElement('div');
    tip.className = 'tip';
    tip.hidden = true;
    const plot = new uPlot(
      {
        width: Math.max(1, element.clientWidth),
        height: height(element.clientWidth),
        legend: { show: false },
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: onTime, y: false },
          sync: onTime ? { key: 'time' } : undefined,
        },
        padding: [8, 26, 0, 0],
        ...options,
        hooks: {
          ...options.hooks,
          setCursor: [
            (self) => {
              const { idx, left, top } = self.cursor;
              const isOver = idx !== null && idx !== undefined && left >= 0;
              if (isOver) {
                readout.textContent = describe(idx, self);
              }
              tip.hidden = !(isOver && hasTip);
              if (!tip.hidden) {
                tip.textContent = readout.textContent;
                place(tip, self.over, left, top);
              }
            },
            ...(options.hooks?.setCursor ?? []),
          ],
          setScale: onTime ? [followers] : [],
        },
      },
      columns,
      element,
    );
    plot.over.append(tip);
    readout.textContent = initial;
    plots.push(plot);
    if (onTime) {
      timePlots.push(plot);
    }
    new ResizeObserver(() => {
      const width = Math.max(1, element.clientWidth);
      if (width !== plot.width) {
        plot.setSize({ width, height: height(width) });
      }
    }).observe(element);
    element.addEventListener('keydown', (event) => onKey(event, plot, move, onTime));
    element.addEventListener('blur', () => plot.setCursor(OUTSIDE));
  }

  /** Beside the cursor, within the plot. */
  function place(tip, over, left, top) {
    const beyond = left + TIP_DISTANCE + tip.offsetWidth > over.clientWidth;
    const x = beyond ? left - TIP_DISTANCE - tip.offsetWidth : left + TIP_DISTANCE;
    const above = top - TIP_DISTANCE - tip.offsetHeight;
    tip.style.left = `${Math.max(0, Math.min(x, over.clientWidth - tip.offsetWidth))}px`;
    tip.style.top = `${above < 0 ? top + TIP_DISTANCE : above}px`;
  }

  function onKey(event, plot, move, onTime) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const step = event.shiftKey ? LONG_STEP : 1;
    const moves = {
      ArrowRight: [step, 0],
      ArrowLeft: [-step, 0],
      ArrowDown: [0, step],
      ArrowUp: [0, -step],
      Home: [Number.NEGATIVE_INFINITY, 0],
      End: [Number.POSITIVE_INFINITY, 0],
    };
    if (event.key in moves) {
      if (!move(plot, ...moves[event.key])) {
        return;
      }
    } else if (onTime && (event.key === '+' || event.key === '=' || event.key === '-')) {
      zoom(plot, event.key === '-' ? 1 / ZOOM : ZOOM);
    } else if (onTime && event.key === '0') {
      const xs = plot.data[0];
      plot.setScale('x', { min: xs[0], max: xs[xs.length - 1] });
    } else {
      return;
    }
    event.preventDefault();
  }

  /** To the next point of what is visible that the cursor can tell from this one: several may share a pixel. */
  function along(plot, right) {
    if (right === 0) {
      return false;
    }
    const xs = plot.data[0];
    const [first, last] = plot.series[0].idxs ?? [0, xs.length - 1];
    const at = plot.cursor.idx;
    let index = Math.min(last, Math.max(first, (at ?? (right > 0 ? first - 1 : last + 1)) + right));
    do {
      plot.setCursor({ left: plot.valToPos(xs[index], 'x'), top: 0 });
      index += Math.sign(right);
    } while (plot.cursor.idx === at && index >= first && index <= last);
    return true;
  }

  function zoom(plot, factor) {
    const xs = plot.data[0];
    const { min, max } = plot.scales.x;
    const centre =
      plot.cursor.idx === null || plot.cursor.idx === undefined ? (min + max) / 2 : xs[plot.cursor.idx];
    const half = ((max - min) * factor) / 2;
    plot.setScale('x', {
      min: Math.max(xs[0], centre - half),
      max: Math.min(xs[xs.length - 1], centre + half),
    });
  }

  /** The mark of what is documented; a point of the canvas is its centre. */
  function diamond(context, x, y) {
    const size = MARK * devicePixelRatio;
    context.beginPath();
    context.moveTo(x, y - size);
    context.lineTo(x + size, y);
    context.lineTo(x, y + size);
    context.lineTo(x - size, y);
    context.closePath();
    context.fillStyle = colour('--surface');
    context.fill();
    context.lineWidth = 2 * devicePixelRatio;
    context.strokeStyle = colour('--text');
    context.stroke();
  }

  /** Draws within the plot's box only. */
  function clipped(plot, draw) {
    const { ctx: context, bbox } = plot;
    context.save();
    context.beginPath();
    context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    context.clip();
    draw(context);
    context.restore();
  }

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const plot of plots) {
      plot.redraw(false, true);
    }
  });

  globalThis.report = {
    data,
    FONT,
    MARK,
    axis,
    clipped,
    colour,
    diamond,
    highest,
    instant,
    mount,
    number,
    timeAxis,
    twoDigits,
  };
})();
