/*
 * Follows all rules, in rounds of five seconds, in one process among all replicas.
 *
 * What always holds: rounds never overlap. Each change is written once, with its event and its telling, wherever a process
 * ends: after a failure whose outcome is not known, and after a take-over, everything is read anew from Postgres.
 */
import { performance } from 'node:perf_hooks';
import type { Kysely } from 'kysely';
import { DatabaseUnavailableError } from '../../postgres/availability.ts';
import type { Logger } from '../../postgres/logger.ts';
import type { Schema } from '../../postgres/schema.ts';
import { rest } from '../../stopping.ts';
import type { AlertNews, AlertTelling } from '../news.ts';
import type { SignalReader } from '../signals/reader.ts';
import { type Change, changesOf, endings, kept } from './changes.ts';
import { Heartbeat } from './heartbeat.ts';
import { Lease, LeaseLostError } from './lease.ts';
import { RuleBook } from './rule-book.ts';
import { SignalReadings } from './signal-readings.ts';
import { type Written, writeRound } from './write-round.ts';

const ROUND_MS = 5_000;
/** How often those who stand by look whether they have to take over. */
const STAND_BY_MS = 2_000;
/** How often rules are looked for that were deleted with their tenant. */
const FORGET_MS = 60_000;
const MS_PER_SECOND = 1_000;

export interface EvaluatorOptions {
  readonly db: Kysely<Schema>;
  readonly readers: readonly SignalReader[];
  readonly telling: AlertTelling;
  /** The name of this process. */
  readonly instance: string;
  readonly logger: Logger;
  readonly heartbeatUrl?: string | undefined;
  readonly now?: () => Date;
  /** For tests: shorter than what production has. */
  readonly intervals?: Partial<Record<'roundMs' | 'standByMs' | 'leaseMs' | 'boundMs', number>>;
}

/** A round that was ended. */
export interface RoundReport {
  readonly seconds: number;
  /** Whether it took longer than a round may. */
  readonly overTime: boolean;
  readonly succeeded: boolean;
  readonly news: readonly AlertNews['kind'][];
}

/** The evaluation of alerts, as one process sees it. */
export interface Evaluator {
  status(): EvaluatorStatus;
  /**
   * Tells of each round of this process.
   *
   * @returns ends it
   */
  onRound(listener: (report: RoundReport) => void): () => void;
  /** Ends the round that is under way, and lets another process take over at once. */
  stop(): Promise<void>;
}

interface EvaluatorStatus {
  /** Whether this process evaluates. */
  readonly holding: boolean;
  /** When any process last ended a round, as far as this one knows. */
  readonly roundAt: Date | undefined;
  /** Those that this process evaluates. */
  readonly rules: number;
  /** Readers that could not read the last time. */
  readonly failingReaders: number;
}

/** Begins to evaluate, or to stand by for whoever does. */
export function startEvaluator(options: EvaluatorOptions): Evaluator {
  return new Rounds(options);
}

class Rounds implements Evaluator {
  readonly #options: EvaluatorOptions;
  readonly #roundMs: number;
  readonly #standByMs: number;
  readonly #lease: Lease;
  readonly #readings: SignalReadings;
  readonly #heartbeat: Heartbeat;
  readonly #now: () => Date;
  readonly #stopping = new AbortController();
  readonly #listeners = new Set<(report: RoundReport) => void>();
  readonly #running: Promise<void>;
  /** Tenants whose changes could not be written the last time. */
  #refused = new Set<string>();
  #book: RuleBook | undefined;
  #forgotAt = Number.NEGATIVE_INFINITY;
  #stopped: Promise<void> | undefined;

  constructor(options: EvaluatorOptions) {
    const { db, readers, instance, logger, heartbeatUrl, now = () => new Date() } = options;
    const { roundMs = ROUND_MS, standByMs = STAND_BY_MS, leaseMs, boundMs } = options.intervals ?? {};
    this.#options = options;
    this.#roundMs = roundMs;
    this.#standByMs = standByMs;
    this.#now = now;
    this.#lease = new Lease({ db, holder: instance, ...(leaseMs !== undefined && { leaseMs }) });
    this.#readings = new SignalReadings({ readers, logger, ...(boundMs !== undefined && { boundMs }) });
    this.#heartbeat = new Heartbeat({ url: heartbeatUrl, logger });
    this.#running = this.#run();
  }

  status(): EvaluatorStatus {
    return {
      holding: this.#lease.held,
      roundAt: this.#lease.roundAt,
      rules: this.#book?.size ?? 0,
      failingReaders: this.#readings.failing,
    };
  }

  onRound(listener: (report: RoundReport) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#heartbeat.stop();
    try {
      await this.#lease.release();
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'Postgres is away; another takes over when the lease ends');
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const startedAt = performance.now();
      if (this.#lease.held || (await this.#takeOver())) {
        await this.#roundReported(startedAt);
      }
      const interval = this.#lease.held ? this.#roundMs : this.#standByMs;
      await rest(Math.max(0, interval - (performance.now() - startedAt)), signal);
    }
  }

  async #takeOver(): Promise<boolean> {
    try {
      const taken = await this.#lease.take();
      if (taken) {
        this.#book = undefined;
      }
      return taken;
    } catch (error) {
      this.#log(error, 'the lease of the evaluation of alerts cannot be asked for');
      return false;
    }
  }

  async #roundReported(startedAt: number): Promise<void> {
    let news: readonly AlertNews[] = [];
    let succeeded = false;
    try {
      news = await this.#round();
      succeeded = this.#readings.failing === 0 && this.#refused.size === 0;
    } catch (error) {
      // What was written is not known, so nothing in memory is.
      this.#book = undefined;
      this.#log(error, 'a round of the evaluation of alerts failed; the next one begins anew');
    }
    if (succeeded) {
      this.#heartbeat.beat(this.#now());
    }
    const seconds = (performance.now() - startedAt) / MS_PER_SECOND;
    const overTime = seconds * MS_PER_SECOND > this.#roundMs;
    const report = { seconds, overTime, succeeded, news: news.map(({ kind }) => kind) };
    for (const listener of this.#listeners) {
      listener(report);
    }
  }

  async #round(): Promise<readonly AlertNews[]> {
    const { db } = this.#options;
    await this.#lease.renew();
    const book = await this.#currentBook();
    const at = this.#now();
    const readings = await this.#readings.read(book.rules(), at);
    const changes = [
      ...endings(book),
      ...readings.filter(({ rule }) => book.isCurrent(rule)).flatMap(changesOf),
    ];
    if (changes.length === 0 && !(await this.#isDue(at))) {
      await this.#lease.holdFor(db);
      this.#refused = new Set();
      return [];
    }
    const written = await this.#write(changes, at);
    for (const change of written.changes) {
      kept(book, change);
    }
    return written.news;
  }

  async #currentBook(): Promise<RuleBook> {
    const { db, logger } = this.#options;
    if (this.#book === undefined) {
      this.#book = await RuleBook.load(db, logger);
    } else {
      await this.#book.refresh(db);
    }
    if (performance.now() - this.#forgotAt > FORGET_MS) {
      await this.#book.forgetDeleted(db);
      this.#forgotAt = performance.now();
    }
    return this.#book;
  }

  async #isDue(now: Date): Promise<boolean> {
    const row = await this.#options.db
      .selectFrom('alerts')
      .where('due_at', '<=', now)
      .select('id')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** All at once; or, when that cannot be written, each tenant's alone: what is wrong with one holds up no other. */
  async #write(changes: readonly Change[], now: Date): Promise<Written> {
    const parts = { ...this.#options, lease: this.#lease };
    try {
      const written = await writeRound(parts, changes, now);
      this.#refused = new Set();
      return written;
    } catch (error) {
      if (error instanceof LeaseLostError || error instanceof DatabaseUnavailableError) {
        throw error;
      }
      return this.#writeByTenant(changes, now);
    }
  }

  async #writeByTenant(changes: readonly Change[], now: Date): Promise<Written> {
    const { db, logger } = this.#options;
    const parts = { ...this.#options, lease: this.#lease };
    const due = await db
      .selectFrom('alerts')
      .where('due_at', '<=', now)
      .select('tenant_id')
      .distinct()
      .execute();
    const tenants = new Set([
      ...changes.map(({ rule }) => rule.tenantId),
      ...due.map(({ tenant_id }) => tenant_id),
    ]);
    const written: Written[] = [];
    const refused = new Set<string>();
    for (const tenantId of tenants) {
      try {
        const own = changes.filter(({ rule }) => rule.tenantId === tenantId);
        written.push(await writeRound(parts, own, now, tenantId));
      } catch (error) {
        if (error instanceof LeaseLostError || error instanceof DatabaseUnavailableError) {
          throw error;
        }
        refused.add(tenantId);
        if (!this.#refused.has(tenantId)) {
          logger.error({ err: error, tenant: tenantId }, 'changes of a tenant’s alerts cannot be written');
        }
      }
    }
    this.#refused = refused;
    return {
      changes: written.flatMap((each) => each.changes),
      news: written.flatMap((each) => each.news),
    };
  }

  #log(error: unknown, message: string): void {
    const level = error instanceof DatabaseUnavailableError ? 'debug' : 'error';
    this.#options.logger[error instanceof LeaseLostError ? 'warn' : level]({ err: error }, message);
  }
}
