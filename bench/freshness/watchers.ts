// Many WebSockets in a process of its own: `watchers.ts URL SOCKETS SECONDS TOKEN…`. Opens them, shared out over the
// tenants that the tokens are of, says so, takes ticks for so many seconds, tells what came, and ends.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { LIVE_PROTOCOL } from '../../api/src/live/routes.ts';
import { quantileOf, type Watched, type Watching } from './messages.ts';

const MS_PER_SECOND = 1_000;
/** So many open at a time: a server's queue of connections is short. */
const OPENING_AT_ONCE = 50;

const [, , url = '', sockets = '', seconds = '', ...tokens] = process.argv;

class Watcher {
  readonly socket: WebSocket;
  last = 0;
  at = 0;

  constructor(token: string) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/usage`, [LIVE_PROTOCOL, `bearer.${token}`], {
      perMessageDeflate: false,
    });
    this.socket.on('message', (data) => this.take(String(data)));
    this.socket.on('close', () => {
      closed += 1;
    });
  }

  take(message: string): void {
    const now = performance.now();
    const tick: { seq: number; timestamp: string; cost: number | null } = JSON.parse(message);
    // Ticks of before the connection come at once; from then on they come by the second.
    if (counting) {
      intervals.push(now - this.at);
      delays.push(Date.now() - Date.parse(tick.timestamp));
      missed += Math.abs(tick.seq - this.last - 1);
      unpriced += tick.cost === null ? 1 : 0;
    }
    this.last = tick.seq;
    this.at = now;
  }
}

const intervals: number[] = [];
const delays: number[] = [];
let counting = false;
let missed = 0;
let unpriced = 0;
let closed = 0;

const watchers: Watcher[] = [];
while (watchers.length < Number(sockets)) {
  const group = Array.from(
    { length: Math.min(OPENING_AT_ONCE, Number(sockets) - watchers.length) },
    (_, i) => new Watcher(tokens[(watchers.length + i) % tokens.length] ?? ''),
  );
  await Promise.all(group.map(({ socket }) => once(socket, 'open')));
  watchers.push(...group);
}
while (watchers.some(({ last }) => last === 0)) {
  await delay(MS_PER_SECOND / 10);
}
await delay(2 * MS_PER_SECOND);
process.send?.({ sockets: watchers.length } satisfies Watching);

counting = true;
await delay(Number(seconds) * MS_PER_SECOND);
counting = false;
const intervalsMs = Float64Array.from(intervals);
process.send?.({
  ticks: intervals.length,
  intervalP50: quantileOf(intervalsMs, 0.5),
  intervalP99: quantileOf(intervalsMs, 0.99),
  intervalMax: quantileOf(intervalsMs, 1),
  delayP99: quantileOf(Float64Array.from(delays), 0.99),
  missed,
  unpriced,
  closed,
} satisfies Watched);
for (const { socket } of watchers) {
  socket.terminate();
}
process.disconnect();
