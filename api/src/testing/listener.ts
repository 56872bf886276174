import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { temporaryDirectory } from './postgres.ts';

/** A request as it came. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is done with a request: answered, cut off, or left alone. */
export type Reaction =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'reset'
  | 'silence';

/** A service of somebody else, on this machine: it does to each request what the test says. */
export interface Listener {
  readonly url: string;
  /** What its certificate is signed by; undefined without TLS. */
  readonly ca: string | undefined;
  readonly heard: Heard[];
  react: (heard: Heard) => Reaction;
  close(): Promise<void>;
}

export async function listen({ tls = false }: { readonly tls?: boolean } = {}): Promise<Listener> {
  const certificate = tls ? await selfSigned() : undefined;
  const heard: Heard[] = [];
  const listener = {
    url: '',
    ca: certificate?.cert,
    heard,
    react: (): Reaction => ({ status: 200 }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  } satisfies Listener as Listener & { url: string };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body: await buffer(request) };
    heard.push(one);
    const reaction = listener.react(one);
    if (reaction === 'reset') {
      request.socket.destroy();
    } else if (reaction !== 'silence') {
      response.writeHead(reaction.status, reaction.headers).end(reaction.body);
    }
  };
  const server = certificate
    ? createTlsServer(certificate, (request, response) => void handle(request, response))
    : createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(listener, { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}` });
}

async function selfSigned(): Promise<{ key: string; cert: string }> {
  const directory = await temporaryDirectory();
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  try {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '2'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
        ...['-keyout', keyFile, '-out', certFile],
      ],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
