/*
 * Counts the messages of a WebSocket by reading the heads of its frames as they pass (RFC 6455, section 5.2), whatever
 * library speaks the protocol.
 *
 * What always holds: nothing is kept of a payload, and nothing in here changes what passes.
 */
import type { Socket } from 'node:net';

const FIN = 0x80;
const OPCODE = 0x0f;
const CLOSE = 0x8;
/** Opcodes from here on are control frames, which are no messages. */
const FIRST_CONTROL = 0x8;
const MASKED = 0x80;
const MASK_BYTES = 4;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const HEAD_END = '\r\n\r\n';
const SWITCHING = 'HTTP/1.1 101';

/** One direction of a connection. */
class FrameCounter {
  /** Messages whose last frame has begun. */
  messages = 0;
  /** Whether a close frame passed. */
  closed = false;
  /** The head of the frame that is being read, as far as it has come. */
  readonly #head: number[] = [];
  #headBytes = 2;
  #payloadLeft = 0;

  read(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payloadLeft > 0) {
        const skipped = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= skipped;
        at += skipped;
      } else {
        this.#readHead(chunk[at] ?? 0);
        at += 1;
      }
    }
  }

  #readHead(byte: number): void {
    this.#head.push(byte);
    if (this.#head.length === 2) {
      this.#headBytes = 2 + lengthBytes(byte & LENGTH) + ((byte & MASKED) === 0 ? 0 : MASK_BYTES);
    }
    if (this.#head.length < this.#headBytes) {
      return;
    }
    const [flags = 0, lengths = 0, ...more] = this.#head;
    const opcode = flags & OPCODE;
    if (opcode < FIRST_CONTROL && (flags & FIN) !== 0) {
      this.messages += 1;
    }
    this.closed ||= opcode === CLOSE;
    const short = lengths & LENGTH;
    this.#payloadLeft =
      short < LENGTH_16
        ? short
        : more.slice(0, lengthBytes(short)).reduce((length, digit) => length * 256 + digit, 0);
    this.#head.length = 0;
    this.#headBytes = 2;
  }
}

/** What passes over a connection that was asked to become a WebSocket. */
export class WebSocketTraffic {
  /** Whether the server agreed. */
  open = false;
  readonly #incoming = new FrameCounter();
  readonly #outgoing = new FrameCounter();
  readonly #onOpen: () => void;
  /** The response's head, until it is complete. */
  #head: string | undefined = '';

  /** @param onOpen is called once, when the server agrees */
  constructor(socket: Socket, onOpen: () => void) {
    this.#onOpen = onOpen;
    this.#watch(socket);
  }

  /** Messages, both ways. */
  get messages(): number {
    return this.#incoming.messages + this.#outgoing.messages;
  }

  /** Whether either side said that it is over; a connection that just ended was cut. */
  get closed(): boolean {
    return this.#incoming.closed || this.#outgoing.closed;
  }

  #watch(socket: Socket): void {
    const { push, unshift, write } = socket;
    const incoming = this.#incoming;
    // A listener for data would set it flowing, before the one that it is meant for listens.
    socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (chunk instanceof Uint8Array) {
        incoming.read(chunk);
      }
      return push.call(socket, chunk, encoding);
    };
    // What came together with the request's head is put back by whoever takes the connection over.
    socket.unshift = (chunk: unknown, encoding?: BufferEncoding): void => {
      if (chunk instanceof Uint8Array) {
        incoming.read(chunk);
      }
      unshift.call(socket, chunk, encoding);
    };
    socket.write = (
      chunk: string | Uint8Array,
      encoding?: BufferEncoding | ((error?: Error | null) => void),
      written?: (error?: Error | null) => void,
    ): boolean => {
      this.#sent(
        typeof chunk === 'string'
          ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8')
          : chunk,
      );
      return Reflect.apply(write, socket, [chunk, encoding, written]);
    };
  }

  #sent(chunk: Uint8Array): void {
    if (this.#head === undefined) {
      if (this.open) {
        this.#outgoing.read(chunk);
      }
      return;
    }
    const before = this.#head.length;
    this.#head += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    const end = this.#head.indexOf(HEAD_END);
    if (end === -1) {
      return;
    }
    this.open = this.#head.startsWith(SWITCHING);
    this.#head = undefined;
    if (this.open) {
      this.#onOpen();
      this.#outgoing.read(chunk.subarray(end + HEAD_END.length - before));
    }
  }
}

function lengthBytes(short: number): number {
  return short === LENGTH_64 ? 8 : short === LENGTH_16 ? 2 : 0;
}
