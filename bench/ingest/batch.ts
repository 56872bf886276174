/*
 * A batch of events whose ids and times are written over before each sending: every event is a new one, and the
 * generator costs next to nothing.
 */
const ID_DIGITS = 14;
const TIME_DIGITS = 13;
const ZERO = 0x30;
const ENDPOINTS = 40;
const USERS = 400;
const ID_MARK = '"id":"';
const TIME_MARK = '"ts":';

/** Lines of NDJSON, one buffer. */
export class Batch {
  readonly body: Buffer;
  readonly #idOffsets: number[] = [];
  readonly #timeOffsets: number[] = [];

  /** @param seed makes batches differ */
  constructor(events: number, seed: number) {
    this.body = Buffer.from(
      Array.from({ length: events }, (_, i) => `${eventLine(seed * events + i)}\n`).join(''),
      'latin1',
    );
    let from = 0;
    for (let i = 0; i < events; i += 1) {
      const id = this.body.indexOf(ID_MARK, from) + ID_MARK.length;
      const time = this.body.indexOf(TIME_MARK, id) + TIME_MARK.length;
      this.#idOffsets.push(id);
      this.#timeOffsets.push(time);
      from = time;
    }
  }

  /** Makes the events new. @param firstId of the first event; the others follow */
  renew(firstId: number): void {
    const now = Date.now();
    for (let i = 0; i < this.#idOffsets.length; i += 1) {
      writeDigits(this.body, this.#idOffsets[i] ?? 0, ID_DIGITS, firstId + i);
      writeDigits(this.body, this.#timeOffsets[i] ?? 0, TIME_DIGITS, now);
    }
  }
}

function eventLine(n: number): string {
  const user = (n * 7_919) % USERS;
  return JSON.stringify({
    id: '0'.repeat(ID_DIGITS),
    ts: 10 ** (TIME_DIGITS - 1),
    source: 'bench',
    endpoint: `/api/courses/:id/part-${n % ENDPOINTS}`,
    method: n % 5 === 0 ? 'POST' : 'GET',
    status: n % 50 === 0 ? 404 : 200,
    duration_ms: 1 + ((n * 31) % 5_000) / 100,
    bytes_in: n % 300,
    bytes_out: 500 + ((n * 97) % 8_000),
    user_id: `user-${user}`,
    user_role: 'learner',
    session_id: `session-${user * 3}`,
    cache: n % 3 === 0 ? 'hit' : 'miss',
    trace_id: (BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n).toString(16).padStart(32, '0').slice(-32),
  });
}

function writeDigits(buffer: Buffer, offset: number, digits: number, value: number): void {
  let rest = value;
  for (let i = offset + digits - 1; i >= offset; i -= 1) {
    const next = Math.floor(rest / 10);
    buffer[i] = ZERO + (rest - next * 10);
    rest = next;
  }
}
