/*
 * Who evaluates, of all replicas: the one that holds a row of Postgres.
 *
 * What always holds: whoever writes what came of a round locks the row in the same transaction and finds its own epoch
 * in it; one that was taken over, because it was frozen or cut off, finds another and writes nothing. A transaction
 * that hangs in the middle, with the row locked, is ended by Postgres in time for a take-over. All instants are
 * Postgres's, so clocks of machines may differ. An advisory lock would add nothing: a session can outlive its process's
 * attention, and lose its lock in the middle of a round without the process knowing.
 */
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../postgres/schema.ts';

/** Two rounds and what they may be late by. With the pause of those who stand by, a take-over is within 15 s. */
const LEASE_MS = 10_000;
const MS_PER_SECOND = 1_000;

/** Another process evaluates by now. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';

  constructor() {
    super('Another process has taken over the evaluation of alerts.');
  }
}

export interface LeaseOptions {
  readonly db: Kysely<Schema>;
  /** The name of this process, for people. */
  readonly holder: string;
  readonly leaseMs?: number;
}

export class Lease {
  readonly #db: Kysely<Schema>;
  readonly #holder: string;
  readonly #leaseMs: number;
  #epoch: string | undefined;
  #roundAt: Date | undefined;

  constructor({ db, holder, leaseMs = LEASE_MS }: LeaseOptions) {
    this.#db = db;
    this.#holder = holder;
    this.#leaseMs = leaseMs;
  }

  /** Whether this process evaluates, as far as it knows. */
  get held(): boolean {
    return this.#epoch !== undefined;
  }

  /** When anybody last ended a round, as far as is known. */
  get roundAt(): Date | undefined {
    return this.#roundAt;
  }

  /** Takes the lease, if nobody has it any more. */
  async take(): Promise<boolean> {
    const { rows } = await sql<{ epoch: string | null; round_at: Date | null }>`
      with taken as (
        insert into alert_evaluator as lease (holder, epoch, expires_at)
        values (${this.#holder}, 1, ${this.#expiry()})
        on conflict (one) do update
          set holder = excluded.holder, epoch = lease.epoch + 1, expires_at = ${this.#expiry()}
          where lease.expires_at < clock_timestamp()
        returning epoch
      )
      select (select epoch from taken), (select round_at from alert_evaluator)`.execute(this.#db);
    this.#roundAt = rows[0]?.round_at ?? undefined;
    this.#epoch = rows[0]?.epoch ?? undefined;
    return this.held;
  }

  /** @throws {LeaseLostError} when another has it */
  async renew(): Promise<void> {
    await this.#touch(this.#db, sql`round_at`);
  }

  /**
   * Renews it for a round that has ended, and locks it until the end of the transaction, if it is one.
   *
   * @throws {LeaseLostError} when another has it: nothing must be written then
   */
  async holdFor(db: Kysely<Schema>): Promise<void> {
    await this.#touch(db, sql`clock_timestamp()`);
  }

  /** Lets another take over at once. */
  async release(): Promise<void> {
    const epoch = this.#epoch;
    this.#epoch = undefined;
    if (epoch !== undefined) {
      await sql`update alert_evaluator set expires_at = '-infinity' where epoch = ${epoch}`.execute(this.#db);
    }
  }

  async #touch(db: Kysely<Schema>, roundAt: ReturnType<typeof sql>): Promise<void> {
    const { rows } = await sql<{ round_at: Date | null }>`
      update alert_evaluator set expires_at = ${this.#expiry()}, round_at = ${roundAt}
      where epoch = ${this.#epoch ?? null}
      returning round_at`.execute(db);
    const [row] = rows;
    if (row === undefined) {
      this.#epoch = undefined;
      throw new LeaseLostError();
    }
    this.#roundAt = row.round_at ?? undefined;
  }

  #expiry() {
    return sql`clock_timestamp() + make_interval(secs => ${this.#leaseMs / MS_PER_SECOND})`;
  }
}
