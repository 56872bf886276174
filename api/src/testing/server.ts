import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { inherited } from './environment.ts';

const START_TIMEOUT_MS = 60_000;
const SOURCE_ENTRY = fileURLToPath(new URL('../main.ts', import.meta.url));
const COLLECTOR_ENTRY = fileURLToPath(new URL('../cli/collector.ts', import.meta.url));
const BUILT_ENTRY = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const READY = /(?:Dashboard|Ingest)\s+(http:\S+)/;
const LOGIN = /^\s+(administrator|manager|board|it_staff)\s+(\S+@\S+)\s+(\S+)$/gm;

interface ServerLogin {
  readonly email: string;
  readonly password: string;
}

/** A whole Riwayat in a process of its own, as a user starts it. */
export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it printed so far. */
  output(): string;
  /** The log-ins it printed, by role; only a first start prints any. */
  readonly logins: ReadonlyMap<string, ServerLogin>;
  /** Ends it as Ctrl-C would, and resolves to its exit code. */
  stop(): Promise<number | null>;
  /** Ends it at once, with no chance to clean up. */
  kill(): Promise<void>;
}

export interface ServerOptions {
  readonly dataDirectory: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Run the built server instead of the sources. */
  readonly built?: boolean;
  /** Run the collector alone instead. */
  readonly collector?: boolean;
}

/** Starts the server on a free port and resolves once it says that it is ready. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const port = options.env?.['PORT'] ?? String(await freePort());
  const entry = options.collector ? COLLECTOR_ENTRY : SOURCE_ENTRY;
  const args = options.built ? [BUILT_ENTRY] : ['--import', 'tsx', '--conditions=@riwayat/source', entry];
  const listen = options.collector ? { INGEST_PORT: port } : { PORT: port };
  const child = spawn(process.execPath, args, {
    env: { ...inherited, NODE_ENV: 'test', DATA_DIR: options.dataDirectory, ...listen, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ready = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not ready after ${START_TIMEOUT_MS} ms:\n${output}`)),
      START_TIMEOUT_MS,
    );
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = READY.exec(output)?.[1];
      if (url !== undefined && output.includes('Ctrl-C')) {
        clearTimeout(timer);
        resolve(url);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with code ${code} before it was ready:\n${output}`));
    });
  });
  const url = await ready;
  return {
    url,
    child,
    output: () => output,
    logins: new Map(
      [...output.matchAll(LOGIN)].map(([, role = '', email = '', password = '']) => [
        role,
        { email, password },
      ]),
    ),
    stop: () => end(child, 'SIGINT'),
    kill: async () => void (await end(child, 'SIGKILL')),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return child.exitCode;
  }
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('the probe has no port');
  }
  return address.port;
}
