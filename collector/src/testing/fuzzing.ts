/*
 * Sends hostile requests and keeps account of every event in them.
 */
import { connect } from 'node:net';
import fc from 'fast-check';
import type { Collector } from '../collector.ts';
import { hostilePayload, type Payload } from './hostile.ts';

const SERVER_ERROR = 500;
const PAYLOADS_AT_ONCE = 25;
/** The line of a response's head that holds its status. */
const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) /;

/** What became of events, as one side saw it. */
export interface Account {
  accepted: number;
  duplicates: number;
  rejected: number;
}

function emptyAccount(): Account {
  return { accepted: 0, duplicates: 0, rejected: 0 };
}

/** A collector that also keeps account of what it is asked to take. */
export function counted(
  collector: Pick<Collector, 'ingest'>,
): Pick<Collector, 'ingest'> & { readonly account: Account } {
  const account = emptyAccount();
  return {
    account,
    ingest: async (tenant, items) => {
      const results = await collector.ingest(tenant, items);
      for (const { status } of results) {
        account[status === 'duplicate' ? 'duplicates' : status] += 1;
      }
      return results;
    },
  };
}

/** What was sent, and what the answers said. */
export interface FuzzResult {
  readonly payloads: number;
  /** Answers by status; 0 stands for a connection that ended without one. */
  readonly statuses: Readonly<Record<number, number>>;
  /** What the answers about requests and events add up to; answers about traces tell rejections only. */
  readonly told: Account;
}

/**
 * Sends generated payloads.
 *
 * @param key sent as the bearer token
 * @throws with the payloads at fault when an answer is a server error, or its events are not all accounted for
 */
export async function fuzz(port: number, key: string, payloads: number): Promise<FuzzResult> {
  const told = emptyAccount();
  const statuses: Record<number, number> = {};
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(hostilePayload, { minLength: PAYLOADS_AT_ONCE, maxLength: PAYLOADS_AT_ONCE }),
      async (batch) => {
        const answers = await Promise.all(batch.map((payload) => exchange(port, key, payload)));
        for (const [i, answer] of answers.entries()) {
          sent += 1;
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
          account(batch[i], answer, told);
        }
      },
    ),
    { numRuns: Math.ceil(payloads / PAYLOADS_AT_ONCE), endOnFailure: true },
  );
  return { payloads: sent, statuses, told };
}

interface Answer {
  /** 0 when the connection ended without one. */
  readonly status: number;
  readonly body: string;
}

function account(payload: Payload | undefined, answer: Answer, told: Account): void {
  const path = payload?.path ?? '';
  if (answer.status >= SERVER_ERROR) {
    throw new Error(`${path} answered ${answer.status}: ${answer.body}`);
  }
  if (path.startsWith('/v1/traces') || !answer.body.includes('"accepted":')) {
    return;
  }
  const result: unknown = JSON.parse(answer.body);
  if (typeof result !== 'object' || result === null) {
    throw new Error(`${path} answered with no object: ${answer.body}`);
  }
  const numberOf = (name: keyof Account): number =>
    Number(Object.entries(result).find(([key]) => key === name)?.[1]);
  const [accepted, duplicates, rejected] = [
    numberOf('accepted'),
    numberOf('duplicates'),
    numberOf('rejected'),
  ];
  const events = payload && eventsIn(payload);
  if (events !== undefined && accepted + duplicates + rejected !== events) {
    throw new Error(`${path} accounts for ${accepted + duplicates + rejected} of ${events} events`);
  }
  told.accepted += accepted;
  told.duplicates += duplicates;
  told.rejected += rejected;
}

/** How many events a payload holds, counted by other means than ingest does; undefined when they are no lines, or compressed. */
function eventsIn({ path, headers, body }: Payload): number | undefined {
  if (!path.startsWith('/v1/requests') || headers.some((header) => header.startsWith('content-encoding'))) {
    return undefined;
  }
  if (!headers.includes('content-type: application/x-ndjson')) {
    return undefined;
  }
  const text = body.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  return text.split('\n').filter((line) => /[^ \t\r]/.test(line)).length;
}

/** Writes a request to a socket as it stands and reads until the server ends. */
export function exchange(port: number, key: string, { path, headers, body }: Payload): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const finish = (): void => {
      const response = Buffer.concat(chunks).toString('latin1');
      const end = response.indexOf('\r\n\r\n');
      resolve({ status: Number(STATUS_LINE.exec(response)?.[1] ?? 0), body: response.slice(end + 4) });
    };
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A server that has said why may close before it has read all.
    socket.on('error', () => socket.destroy());
    socket.on('close', finish);
    const head = [
      `POST ${path} HTTP/1.1`,
      'host: fuzz',
      'connection: close',
      `authorization: Bearer ${key}`,
      `content-length: ${body.length}`,
      ...headers,
    ];
    socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
  });
}
