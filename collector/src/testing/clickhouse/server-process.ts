import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Fault } from './faults.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

const addresses = z.object({ url: z.string(), control: z.string() });
const status = z.object({ struck: z.number() });

/** The server in a process of its own, and its faults. Made by {@link startClickHouseProcess}. */
export class ClickHouseProcess {
  /** The address for a client. */
  readonly url: string;
  readonly #control: string;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, { url, control }: z.infer<typeof addresses>) {
    this.#child = child;
    this.url = url;
    this.#control = control;
  }

  /** Lets something go wrong, from the next statement on. */
  async inflict(fault: Fault): Promise<void> {
    await this.#command('PUT', JSON.stringify(fault));
  }

  /** Ends all faults; statements that hang are cut off. */
  async clear(): Promise<void> {
    await this.#command('DELETE');
  }

  /** How many statements faults have struck. */
  struck(): Promise<number> {
    return this.#command('GET');
  }

  /** Ends the process; resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.disconnect();
      await exited;
    }
  }

  async #command(method: string, body?: string): Promise<number> {
    const answer = await fetch(`${this.#control}/faults`, { method, ...(body !== undefined && { body }) });
    if (!answer.ok) {
      throw new Error(`The server refuses ${method} ${body ?? ''}: ${await answer.text()}`);
    }
    return status.parse(await answer.json()).struck;
  }
}

/** Starts the server on a data directory that no other process uses. */
export async function startClickHouseProcess(path: string, port = 0): Promise<ClickHouseProcess> {
  const child = fork(MAIN, [path, String(port)], {
    execArgv: ['--import', 'tsx', '--conditions=@riwayat/source'],
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`The ClickHouse server ended with code ${code} before it listened`);
  });
  const [message] = await Promise.race([once(child, 'message'), failed]);
  return new ClickHouseProcess(child, addresses.parse(message));
}
