/*
 * A way to Postgres that breaks at a chosen statement, before the server has it or before its answer comes back: what a
 * process that is killed there leaves behind.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What a client sends begins with its length, until the connection is up; then with a letter and its length. */
const LENGTH_BYTES = 4;
/** A whole statement: a simple query, or the end of a prepared one. PostgreSQL documentation, 54.7. */
const STATEMENT_ENDS = new Set(['Q', 'S']);

export type Moment = 'before the server has it' | 'before its answer';

export interface CuttableWay {
  readonly url: string;
  /** Breaks all connections at the statement that is so many from now, from 1. */
  cutAt(statement: number, moment: Moment): void;
  /** How many statements there were since the last {@link cutAt}. */
  statements(): number;
  close(): Promise<void>;
}

/** The same database by another address of this machine. */
export async function cuttableWay(url: string): Promise<CuttableWay> {
  const target = new URL(url);
  const open = new Set<Socket>();
  let counted = 0;
  let cut: { statement: number; moment: Moment } | undefined;
  const breakAll = (): void => {
    cut = undefined;
    for (const socket of open) {
      socket.destroy();
    }
  };
  const forwarder = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        open.delete(socket);
      });
      // A broken connection is what this is for.
      socket.on('error', () => socket.destroy());
    }
    const read = statementReader();
    let mute = false;
    near.on('data', (chunk) => {
      counted += read(chunk);
      if (cut !== undefined && counted >= cut.statement) {
        if (cut.moment === 'before the server has it') {
          breakAll();
          return;
        }
        // The server does it, and its answer is lost.
        mute = true;
      }
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (mute) {
        breakAll();
      } else {
        near.write(chunk);
      }
    });
  });
  forwarder.listen(0, '127.0.0.1');
  await once(forwarder, 'listening');
  const address = forwarder.address();
  const here = new URL(url);
  here.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: here.href,
    cutAt(statement, moment) {
      counted = 0;
      cut = { statement, moment };
    },
    statements: () => counted,
    async close() {
      forwarder.close();
      breakAll();
      await once(forwarder, 'close');
    },
  };
}

/** Counts the statements that end in what a client sends, however it is cut into chunks. */
function statementReader(): (chunk: Buffer) => number {
  let rest = Buffer.alloc(0);
  let starting = true;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    let ended = 0;
    for (;;) {
      const letter = starting ? 0 : 1;
      if (rest.length < letter + LENGTH_BYTES) {
        return ended;
      }
      const size = letter + rest.readUInt32BE(letter);
      if (rest.length < size) {
        return ended;
      }
      if (!starting && STATEMENT_ENDS.has(String.fromCharCode(rest[0] ?? 0))) {
        ended += 1;
      }
      starting = false;
      rest = rest.subarray(size);
    }
  };
}
