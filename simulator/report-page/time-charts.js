/* What changes over the month: memory, concurrency and alerts, on one time axis. */
/* global report */
(() => {
  const { MARK, axis, clipped, colour, diamond, highest, instant, mount, number, timeAxis } = report;
  const { alerts, memory, state, texts } = report.data;

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
    const total = sums[sums.length - 1];
    const top = Math.max(...total, ...memory.limits.map(({ y }) => y));
    const layers = memory.parts.map((_, index) => memory.parts.length - 1 - index);
    const describe = (index) => {
      const parts = memory.parts.map((part, which) => `${memory.names[which]} ${number.format(part[index])}`);
      return `${instant(memory.at[index])}: ${texts.total} ${number.format(total[index])} GB = ${parts.join(' + ')}`;
    };
    mount('memory', {
      height: () => 320,
      options: {
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
      columns: [memory.at, ...layers.map((index) => sums[index])],
      initial: describe(highest(total)),
      describe,
      onTime: true,
    });
  }

  function stateChart() {
    // The last of the legend is drawn first: what matters most stays on top.
    const layers = state.values.map((_, index) => state.values.length - 1 - index);
    const describe = (index) => {
      const values = state.names.map((name, which) => `${name} ${number.format(state.values[which][index])}`);
      return `${instant(state.at[index])}: ${values.join(', ')}`;
    };
    mount('state', {
      height: () => 260,
      options: {
        scales: { x: { time: false }, y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.08)] } },
        axes: [timeAxis(), axis({ size: 44 })],
        series: [
          {},
          ...layers.map((index) => ({
            stroke: () => colour(`--line-${index + 1}`),
            width: 1.25,
            points: { show: false },
          })),
        ],
      },
      columns: [state.at, ...layers.map((index) => state.values[index])],
      initial: describe(highest(state.values[0])),
      describe,
      onTime: true,
    });
  }

  function alertChart() {
    const rows = alerts.names.length;
    const xs = [...new Set([0, ...alerts.events.map(({ at }) => at), alerts.until])].sort((a, b) => a - b);
    const row = (kind) => rows - 1 - kind;
    const describe = (index) => {
      const names = alerts.events.filter(({ at }) => at === xs[index]).map(({ kind }) => alerts.names[kind]);
      return `${instant(xs[index])}: ${names.length === 0 ? texts.none : names.join(', ')}`;
    };
    mount('alerts', {
      height: () => 36 + 26 * rows,
      options: {
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
      columns: [xs, xs.map(() => 0)],
      initial: describe(xs.length > 2 ? 1 : 0),
      describe,
      onTime: true,
    });
  }

  memoryChart();
  stateChart();
  alertChart();
})();
