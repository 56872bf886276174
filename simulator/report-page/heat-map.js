/* Requests by day and hour: a field with a cell for each hour, days across and hours down. */
/* global report */
(() => {
  const { axis, clipped, colour, highest, mount, number, twoDigits } = report;
  const { byDayAndHour, texts } = report.data;
  const HOURS = 24;
  const HOURS_BETWEEN_LABELS = 6;
  const CELL_HEIGHT = 13;
  const GAP = 1;
  const ROOM_FOR_DAYS = 28;
  const ROOM_FOR_HOURS = 44;
  const PADDING = 8;

  const days = byDayAndHour.length;
  const hours = byDayAndHour.flat();
  const most = Math.max(1, ...hours);
  const mark = document.createElement('div');
  mark.className = 'cell';
  mark.hidden = true;

  function describe(day, hour) {
    const until = twoDigits((hour + 1) % HOURS);
    return `${texts.day} ${day + 1}, ${twoDigits(hour)}:00-${until}:00: ${number.format(byDayAndHour[day][hour])} ${texts.requests}`;
  }

  /** The hour that the cursor is in. */
  function hourAt(plot) {
    return Math.min(HOURS - 1, Math.max(0, Math.floor(plot.posToVal(plot.cursor.top, 'y'))));
  }

  /** From one request to the most through a colour in the middle, as the scale in the legend. */
  function colourOf(requests, [none, low, middle, high]) {
    if (requests === 0) {
      return none;
    }
    const share = (requests - 1) / Math.max(1, most - 1);
    const [from, to, part] = share < 0.5 ? [low, middle, 2 * share] : [middle, high, 2 * share - 1];
    return `color-mix(in srgb, ${to} ${(100 * part).toFixed(1)}%, ${from})`;
  }

  function drawCells(plot) {
    const scale = ['--heat-none', '--heat-low', '--heat-middle', '--heat-high'].map(colour);
    const gap = GAP * devicePixelRatio;
    const edge = (value, axisName) => Math.round(plot.valToPos(value, axisName, true));
    clipped(plot, (context) => {
      for (const [index, requests] of hours.entries()) {
        const day = Math.floor(index / HOURS);
        const hour = index % HOURS;
        const left = edge(day + 0.5, 'x');
        const top = edge(hour, 'y');
        context.fillStyle = colourOf(requests, scale);
        context.fillRect(left, top, edge(day + 1.5, 'x') - left - gap, edge(hour + 1, 'y') - top - gap);
      }
    });
  }

  /** Puts the frame around the cell that is told of. */
  function frame(plot) {
    const { idx, left } = plot.cursor;
    mark.hidden = idx === null || idx === undefined || left < 0;
    if (!mark.hidden) {
      const hour = hourAt(plot);
      const [x, y] = [plot.valToPos(idx + 0.5, 'x'), plot.valToPos(hour, 'y')];
      mark.style.left = `${x}px`;
      mark.style.top = `${y}px`;
      mark.style.width = `${plot.valToPos(idx + 1.5, 'x') - x - GAP}px`;
      mark.style.height = `${plot.valToPos(hour + 1, 'y') - y - GAP}px`;
    }
  }

  function move(plot, right, down) {
    const isAt = plot.cursor.idx !== null && plot.cursor.idx !== undefined && plot.cursor.left >= 0;
    const [day, hour] = isAt ? [plot.cursor.idx, hourAt(plot)] : [busiestDay, busiestHour];
    const toDay = Math.min(days - 1, Math.max(0, day + right));
    const toHour = Math.min(HOURS - 1, Math.max(0, hour + down));
    plot.setCursor({ left: plot.valToPos(toDay + 1, 'x'), top: plot.valToPos(toHour + 0.5, 'y') });
    return true;
  }

  const busiest = highest(hours);
  const busiestDay = Math.floor(busiest / HOURS);
  const busiestHour = busiest % HOURS;
  const xs = byDayAndHour.map((_, day) => day + 1);
  mount('heat', {
    height: () => PADDING + HOURS * CELL_HEIGHT + ROOM_FOR_DAYS,
    options: {
      cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: [0.5, days + 0.5] },
        y: { dir: -1, range: [0, HOURS] },
      },
      axes: [
        axis({ size: ROOM_FOR_DAYS, incrs: [1, 2, 5, 10], space: 22, grid: { show: false } }),
        axis({
          size: ROOM_FOR_HOURS,
          grid: { show: false },
          splits: () =>
            Array.from(
              { length: HOURS / HOURS_BETWEEN_LABELS + 1 },
              (_, index) => index * HOURS_BETWEEN_LABELS,
            ),
          values: (_plot, splits) => splits.map((hour) => `${twoDigits(hour)}:00`),
        }),
      ],
      series: [{}, { show: false }],
      hooks: {
        init: [(plot) => plot.over.append(mark)],
        drawClear: [drawCells],
        setCursor: [frame],
      },
    },
    columns: [xs, xs.map(() => 0)],
    initial: describe(busiestDay, busiestHour),
    describe: (index, plot) => describe(index, hourAt(plot)),
    move,
    onTime: false,
    hasTip: true,
  });
})();
