/* Requests of each day, and of each hour. */
/* global report, uPlot */
(() => {
  const { axis, clipped, colour, diamond, highest, mount, number } = report;
  const { days, hours, texts } = report.data;

  function barChart(id, { values, documented, first, unit }) {
    const xs = values.map((_, index) => first + index);
    const top = Math.max(...values, ...documented.map((value) => value ?? 0));
    const describe = (index) => {
      const wanted = documented[index];
      const beside = wanted === null ? '' : ` (${texts.documented} ${number.format(wanted)})`;
      return `${unit} ${xs[index]}: ${number.format(values[index])} ${texts.requests}${beside}`;
    };
    mount(id, {
      height: () => 220,
      options: {
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
      columns: [xs, values],
      initial: describe(highest(values)),
      describe,
      onTime: false,
      hasTip: true,
    });
  }

  barChart('days', days);
  barChart('hours', hours);
})();
