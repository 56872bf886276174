/*
 * The charts of a validation report, in the browser. `uPlot` is in the page before this; the data is in #chart-data.
 * What always holds: every point is a sample or a count as the simulation has it; nothing is smoothed.
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

  const { locale, texts, memory, state, alerts, days, hours } = JSON.parse(
    document.getElementById('chart-data').textContent,
  );
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
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

  function mount(id, height, options, data, { describe, first, onTime }) {
    const element = document.getElementById(id);
    const readout = document.getElementById(`${id}-readout`);
    const plot = new uPlot(
      {
        width: Math.max(1, element.clientWidth),
        height,
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
            ({ cursor }) => {
              if (cursor.idx !== null && cursor.idx !== undefined) {
                readout.textContent = describe(cursor.idx);
              }
            },
          ],
          setScale: onTime ? [followers] : [],
        },
      },
      data,
      element,
    );
    readout.textContent = describe(first);
    plots.push(plot);
    if (onTime) {
      timePlots.push(plot);
    }
    new ResizeObserver(() => {
      const width = Math.max(1, element.clientWidth);
      if (width !== plot.width) {
        plot.setSize({ width, height });
      }
    }).observe(element);
    element.addEventListener('keydown', (event) => onKey(event, plot, onTime));
    return plot;
  }

  function onKey(event, plot, onTime) {
    const step = event.shiftKey ? LONG_STEP : 1;
    const moves = {
      ArrowRight: step,
      ArrowLeft: -step,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key in moves) {
      moveCursor(plot, moves[event.key]);
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

  function moveCursor(plot, step) {
    const xs = plot.data[0];
    const [first, last] = plot.series[0].idxs ?? [0, xs.length - 1];
    const from = plot.cursor.idx ?? (step > 0 ? first - 1 : last + 1);
    const index = Math.min(last, Math.max(first, from + step));
    plot.setCursor({ left: plot.valToPos(xs[index], 'x'), top: 0 });
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

  function line(context, plot, { from, until, y }, style, width, dash = []) {
    context.beginPath();
    context.strokeStyle = style;
    context.lineWidth = width * devicePixelRatio;
    context.setLineDash(dash.map((length) => length * devicePixelRatio));
    context.moveTo(plot.valToPos(from, 'x', true), plot.valToPos(y, 'y', true));
    context.lineTo(plot.valToPos(until, 'x', true), plot.valToPos(y, 'y', true));
    context.stroke();
  }

  function memoryChart() {
    // Drawn from the sum of all parts down, so that each covers what is not its own of the one before.
    const sums = [];
    for (const part of memory.parts) {
      const below = sums[sums.length - 1];
      sums.push(part.map((value, index) => value + (below === undefined ? 0 : below[index])));
    }
    const top = Math.max(...sums[sums.length - 1], ...memory.limits.map(({ y }) => y));
    const layers = memory.parts.map((_, index) => memory.parts.length - 1 - index);
    mount(
      'memory',
      320,
      {
        scales: { x: { time: false }, y: { range: [0, top * 1.05] } },
        axes: [timeAxis(), axis({ size: 44 })],
        series: [
          {},
          ...layers.map((index) => ({
            stroke: () => colour(`--part-${index + 1}`),
            fill: () => colour(`--part-${index + 1}`),
            width: 1,
            points: { show: false },
          })),
        ],
        hooks: {
          draw: [
            (plot) =>
              clipped(plot, (context) => {
                for (const limit of memory.limits) {
                  line(context, plot, limit, colour('--danger'), 1.5, [6, 4]);
                }
                for (const level of memory.levels) {
                  line(context, plot, level, colour('--surface'), 6);
                  line(context, plot, level, colour('--text'), 3);
                }
                for (const { at, y } of memory.instants) {
                  diamond(context, plot.valToPos(at, 'x', true), plot.valToPos(y, 'y', true));
                }
              }),
          ],
        },
      },
      [memory.at, ...layers.map((index) => sums[index])],
      {
        onTime: true,
        first: highest(sums[sums.length - 1]),
        describe: (index) => {
          const parts = memory.parts.map(
            (part, which) => `${memory.names[which]} ${number.format(part[index])}`,
          );
          const total = sums[sums.length - 1][index];
          return `${instant(memory.at[index])}: ${texts.total} ${number.format(total)} GB = ${parts.join(' + ')}`;
        },
      },
    );
  }

  function stateChart() {
    mount(
      'state',
      260,
      {
        scales: { x: { time: false }, y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.08)] } },
        axes: [timeAxis(), axis({ size: 44 })],
        series: [
          {},
          ...state.values.map((_, index) => ({
            stroke: () => colour(`--line-${index + 1}`),
            width: 1.25,
            points: { show: false },
          })),
        ],
      },
      [state.at, ...state.values],
      {
        onTime: true,
        first: highest(state.values[0]),
        describe: (index) =>
          `${instant(state.at[index])}: ${state.names.map((name, which) => `${name} ${number.format(state.values[which][index])}`).join(', ')}`,
      },
    );
  }

  function alertChart() {
    const rows = alerts.names.length;
    const xs = [...new Set([0, ...alerts.events.map(({ at }) => at), alerts.until])].sort((a, b) => a - b);
    const row = (kind) => rows - 1 - kind;
    mount(
      'alerts',
      36 + 26 * rows,
      {
        scales: { x: { time: false }, y: { range: [-0.6, rows - 0.4] } },
        axes: [
          timeAxis(),
          axis({
            size: 92,
            splits: () => alerts.names.map((_, index) => index),
            values: (_plot, splits) => splits.map((split) => alerts.names[rows - 1 - split] ?? ''),
          }),
        ],
        series: [{}, { show: false }],
        hooks: {
          draw: [
            (plot) =>
              clipped(plot, (context) => {
                context.fillStyle = colour('--danger');
                for (const { at, kind } of alerts.events) {
                  context.beginPath();
                  context.arc(
                    plot.valToPos(at, 'x', true),
                    plot.valToPos(row(kind), 'y', true),
                    MARK * devicePixelRatio,
                    0,
                    2 * Math.PI,
                  );
                  context.fill();
                }
              }),
          ],
        },
      },
      [xs, xs.map(() => 0)],
      {
        onTime: true,
        first: xs.length > 2 ? 1 : 0,
        describe: (index) => {
          const names = alerts.events
            .filter(({ at }) => at === xs[index])
            .map(({ kind }) => alerts.names[kind]);
          return `${instant(xs[index])}: ${names.length === 0 ? '–' : names.join(', ')}`;
        },
      },
    );
  }

  function barChart(id, { values, documented, first, unit }) {
    const xs = values.map((_, index) => first + index);
    const top = Math.max(...values, ...documented.map((value) => value ?? 0));
    mount(
      id,
      220,
      {
        scales: {
          x: { time: false, range: [first - 0.7, first + values.length - 0.3] },
          y: { range: [0, top * 1.1] },
        },
        axes: [axis({ size: 28, incrs: [1, 2, 3, 5, 6, 10], space: 28 }), axis({ size: 44 })],
        series: [
          {},
          {
            stroke: () => colour('--accent'),
            fill: () => colour('--accent'),
            width: 0,
            paths: uPlot.paths.bars({ size: [0.72, 40], radius: 0.15 }),
            points: { show: false },
          },
        ],
        hooks: {
          draw: [
            (plot) =>
              clipped(plot, (context) => {
                for (const [index, value] of documented.entries()) {
                  if (value !== null) {
                    diamond(context, plot.valToPos(xs[index], 'x', true), plot.valToPos(value, 'y', true));
                  }
                }
              }),
          ],
        },
      },
      [xs, values],
      {
        onTime: false,
        first: highest(values),
        describe: (index) => {
          const wanted = documented[index];
          const beside = wanted === null ? '' : ` (${texts.documented} ${number.format(wanted)})`;
          return `${unit} ${xs[index]}: ${number.format(values[index])} ${texts.requests}${beside}`;
        },
      },
    );
  }

  memoryChart();
  barChart('days', days);
  barChart('hours', hours);
  stateChart();
  alertChart();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const plot of plots) {
      plot.redraw(false, true);
    }
  });
})();
