import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import type { Question, Used } from './messages.ts';

/** An application under test, or what stands behind it, in a process of its own. */
export interface Server {
  readonly name: string;
  readonly child: ChildProcess;
  readonly url: string;
}

export interface Load {
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second, instead of as many as there can be. */
  readonly rate?: number;
}

/** What a server did under a load. */
export interface Turn extends Used {
  readonly requests: number;
  /** Requests a second. */
  readonly rate: number;
}

/** @param file beside this one */
export async function start(name: string, file: string, args: readonly string[]): Promise<Server> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    execArgv: ['--import', 'tsx', '--conditions=@riwayat/source'],
  });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with code ${code} before it listened`);
  });
  const [message] = await Promise.race([once(child, 'message'), exited]);
  return { name, child, url: String(message.url) };
}

export async function stop({ child }: Server): Promise<void> {
  if (child.exitCode === null && child.connected) {
    const exited = once(child, 'exit');
    child.disconnect();
    await exited;
  }
}

/** Sends requests and sees what the server did meanwhile. */
export async function underLoad(server: Server, { path, connections, seconds, rate }: Load): Promise<Turn> {
  await ask(server, 'begin');
  const result = await autocannon({
    url: `${server.url}${path}`,
    connections,
    duration: seconds,
    ...(rate !== undefined && { overallRate: rate }),
  });
  const used = await ask(server, 'end');
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${server.name}: ${result.non2xx} refused and ${result.errors} failed requests`);
  }
  const requests = result.requests.total;
  return { ...used, requests, rate: requests / result.duration };
}

async function ask({ child }: Server, question: Question): Promise<Used> {
  const answered = once(child, 'message');
  child.send(question);
  const [used] = await answered;
  return used;
}
