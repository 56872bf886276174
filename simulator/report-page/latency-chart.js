/* Time to answer by endpoint: a row for each, times across on a logarithmic scale. */
/* global report */
(() => {
  const { FONT, MARK, axis, clipped, colour, diamond, mount, number } = report;
  const { latency, texts } = report.data;
  /** Below this width, in pixels, names stand above their rows instead of beside them. */
  const NARROW = 620;
  const ROW = 24;
  const NARROW_ROW = 40;
  const ROOM_FOR_NAMES = 272;
  const ROOM_FOR_TIMES = 28;
  const PADDING = 8;
  const BAR = 7;
  /** Room on both sides of what is drawn, as factors. */
  const BELOW = 0.8;
  const ABOVE = 1.25;
  /** Enough to tell 88.2 from 88.3 and 1,160 from 1,161. */
  const DIGITS = 4;
  const TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
  const NARROW_TICKS = TICKS.filter((tick) => Number.isInteger(Math.log10(tick)));

  const times = new Intl.NumberFormat(report.data.locale, { maximumSignificantDigits: DIGITS });
  const milliseconds = (value) => `${times.format(value)} ms`;
  const rows = latency.map((_, index) => index);
  const known = latency.flatMap(({ mean, p50, p95, documented }) => [mean, p50, p95, documented ?? mean]);
  const lowest = Math.min(...known) * BELOW;
  const most = Math.max(...known) * ABOVE;
  const isNarrow = (width) => width < NARROW;

  function describe(index) {
    const { route, mean, p50, p95, documented, requests } = latency[index];
    const beside = documented === null ? '' : ` (${texts.documented} ${milliseconds(documented)})`;
    return `${route}: ${texts.mean} ${milliseconds(mean)}${beside}, ${texts.median} ${milliseconds(p50)}, ${texts.p95} ${milliseconds(p95)}, ${number.format(requests)} ${texts.requests}`;
  }

  function drawRows(plot) {
    clipped(plot, (context) => {
      context.lineCap = 'round';
      context.lineWidth = BAR * devicePixelRatio;
      for (const [row, { route, p50, p95, documented }] of latency.entries()) {
        const y = plot.valToPos(row, 'x', true);
        context.strokeStyle = colour('--accent');
        context.beginPath();
        context.moveTo(plot.valToPos(p50, 'y', true), y);
        context.lineTo(plot.valToPos(p95, 'y', true), y);
        context.stroke();
        if (documented !== null) {
          context.save();
          diamond(context, plot.valToPos(documented, 'y', true), y);
          context.restore();
        }
        if (isNarrow(plot.width)) {
          context.font = FONT.replace('12px', `${12 * devicePixelRatio}px`);
          context.fillStyle = colour('--muted');
          context.textAlign = 'left';
          context.textBaseline = 'alphabetic';
          context.fillText(route, plot.bbox.left, y - (BAR / 2 + 6) * devicePixelRatio);
        }
      }
    });
  }

  /** To the next endpoint, whichever way the arrow points. */
  function move(plot, right, down) {
    const { idx, left } = plot.cursor;
    const from = idx === null || idx === undefined || left < 0 ? -1 : idx;
    const row = Math.min(rows.length - 1, Math.max(0, from + right + down));
    plot.setCursor({ left: plot.valToPos(latency[row].mean, 'y'), top: plot.valToPos(row, 'x') });
    return true;
  }

  mount('latency', {
    height: (width) => PADDING + rows.length * (isNarrow(width) ? NARROW_ROW : ROW) + ROOM_FOR_TIMES,
    options: {
      scales: {
        x: { time: false, ori: 1, dir: -1, range: [-0.5, rows.length - 0.5] },
        y: { ori: 0, distr: 3, range: [lowest, most] },
      },
      axes: [
        axis({
          scale: 'x',
          side: 3,
          size: (plot) => (isNarrow(plot.width) ? 0 : ROOM_FOR_NAMES),
          splits: () => rows,
          grid: { show: false },
          values: (plot, splits) => splits.map((row) => (isNarrow(plot.width) ? '' : latency[row].route)),
        }),
        axis({
          scale: 'y',
          side: 2,
          size: ROOM_FOR_TIMES,
          splits: (plot) =>
            (isNarrow(plot.width) ? NARROW_TICKS : TICKS).filter((tick) => tick >= lowest && tick <= most),
          values: (_plot, splits) => splits.map((tick) => number.format(tick)),
          filter: (_plot, splits) => splits,
        }),
      ],
      series: [
        {},
        {
          stroke: () => colour('--text'),
          paths: () => null,
          points: { show: true, size: MARK + 2, width: 0, fill: () => colour('--text') },
        },
      ],
      hooks: { drawAxes: [drawRows] },
    },
    columns: [rows, latency.map(({ mean }) => mean)],
    initial: describe(0),
    describe,
    move,
    onTime: false,
    hasTip: true,
  });
})();
