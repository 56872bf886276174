/*
 * The embedded engine as a server needs it: each statement in a session of its own, many at once.
 *
 * What always holds: settings, parameters and the database of one statement are not there for the next.
 */
import { type ChdbResult, Session } from 'chdb';
import { engineException } from './exception.ts';

export interface Statement {
  readonly sql: string;
  /** For results whose SQL names none. */
  readonly format: string;
  readonly settings: ReadonlyMap<string, string>;
  /** `{name:Type}` in the SQL, each as text in ClickHouse's escaped form. */
  readonly params: ReadonlyMap<string, string>;
  readonly database?: string | undefined;
}

export type Result = Pick<ChdbResult, 'rowsRead' | 'bytesRead' | 'elapsed'> & { readonly bytes: Buffer };

/** An open engine on a data directory; several may be open on the same one within a process. */
export class Engine {
  readonly #path: string;
  /** Keeps the engine up between statements. */
  readonly #first: Session;

  /** @param path the data directory; created if need be. Throws when another process uses it. */
  constructor(path: string) {
    this.#path = path;
    this.#first = new Session(path);
  }

  /** The engine's version, as exceptions end with it. */
  version(): string {
    return this.#first.query('SELECT version()', 'TabSeparatedRaw').trim();
  }

  /** @throws {Exception} when the engine refuses the statement */
  async run({ sql, format, settings, params, database }: Statement): Promise<Result> {
    const session = new Session(this.#path);
    try {
      if (database !== undefined) {
        await session.queryAsync(`USE ${identifier(database)}`);
      }
      for (const [name, value] of params) {
        await session.queryAsync(`SET ${identifier(`param_${name}`)} = ${literal(value)}`);
      }
      for (const [name, value] of settings) {
        await session.queryAsync(`SET ${identifier(name)} = ${literal(value)}`);
      }
      const result = await session.queryAsync(sql, { format });
      const bytes = result.bytes();
      return {
        bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        rowsRead: result.rowsRead,
        bytesRead: result.bytesRead,
        elapsed: result.elapsed,
      };
    } catch (error) {
      throw engineException(error);
    } finally {
      session.close();
    }
  }

  close(): void {
    this.#first.close();
  }
}

function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
