/*
 * Live usage per tenant: one tick a second, serialised once, kept for resuming.
 *
 * What always holds: sequence numbers of a tenant's ticks grow by one within an epoch, which is one start of this
 * process; running totals are exact (see tenant-usage.ts), as far as this process's own records go: records that
 * other processes send to the same store show once a tenant's totals are next read from it.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from '../logger.ts';
import { LocalDays } from '../record/local-day.ts';
import type { RequestRecord, TenantId } from '../record/request-record.ts';
import type { UsageQueries } from '../usage/queries.ts';
import { BaseReads } from './base-reads.ts';
import { FanOut } from './fan-out.ts';
import { LiveCostOf } from './live-cost-of.ts';
import type { LiveCosts } from './live-costs.ts';
import { ResourceMeter, type ResourceUse } from './resources.ts';
import { TenantUsage } from './tenant-usage.ts';
import { type LiveTick, tickJson } from './tick.ts';
import { readUsageBase } from './usage-base.ts';

const TICK_MS = 1_000;
/** Two minutes of ticks can be resumed from. */
const RING_SIZE = 120;
/** Totals are kept this long after the last subscriber left, for the one who reconnects. */
const LINGER_MS = 60_000;
const EPOCH_BYTES = 6;
const MONTH_LENGTH = 'YYYY-MM'.length;

export interface LiveTenant {
  readonly tenantId: TenantId;
  /** IANA name; decides which month is the current one. */
  readonly timezone: string;
}

export interface LiveUsageOptions {
  readonly usage: Pick<UsageQueries, 'totalsWithUsers' | 'usersSince'>;
  readonly logger: Logger;
  /** Ends the open segment at once; gives the position up to which everything recorded so far lies. */
  readonly seal: () => number;
  /** Runs a read that sees exactly the records up to a position. */
  readonly afterStored: <T>(position: number, run: () => Promise<T>) => Promise<T>;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

type Send = (tick: LiveTick) => void;

interface Subscriber {
  readonly send: Send;
}

interface Entry {
  readonly tenant: LiveTenant;
  readonly totals: TenantUsage;
  readonly cost: LiveCostOf;
  readonly reads: BaseReads;
  readonly ring: LiveTick[];
  readonly subscribers: Set<Subscriber>;
  seq: number;
  /** When the last subscriber left, epoch milliseconds. */
  idleSince: number | undefined;
}

/** Hands out ticks to those who subscribe. */
export class LiveUsage {
  readonly #options: LiveUsageOptions;
  readonly #now: () => number;
  readonly #epoch = randomBytes(EPOCH_BYTES).toString('base64url');
  readonly #localDays = new LocalDays();
  readonly #resources = new ResourceMeter();
  readonly #entries = new Map<TenantId, Entry>();
  readonly #fanOut = new FanOut<LiveTick, Subscriber>((subscriber, tick) => this.#send(subscriber, tick));
  #costs: LiveCosts | undefined;
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  #stopped = false;

  constructor(options: LiveUsageOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** How many subscribe, of all tenants. */
  get subscribers(): number {
    return [...this.#entries.values()].reduce((sum, { subscribers }) => sum + subscribers.size, 0);
  }

  /**
   * Subscribes to a tenant's ticks: first those of the past two minutes that the subscriber does not have, then one
   * each second. Ticks begin once the month's totals have been read from the store.
   *
   * @param since `epoch:seq` of the last tick the subscriber has. One of an earlier start of the process, or none,
   *   gets all that is kept
   * @param send is called once per tick, never concurrently; its failure is logged and ends nothing
   * @returns what ends the subscription
   */
  async subscribe(tenant: LiveTenant, since: string | undefined, send: Send): Promise<() => void> {
    const entry = this.#entries.get(tenant.tenantId) ?? this.#activate(tenant);
    entry.idleSince = undefined;
    const subscriber = { send };
    const after = this.#sequenceAfter(since);
    for (const tick of entry.ring) {
      if (tick.seq > after) {
        this.#send(subscriber, tick);
      }
    }
    entry.subscribers.add(subscriber);
    return () => {
      entry.subscribers.delete(subscriber);
      if (entry.subscribers.size === 0) {
        entry.idleSince = this.#now();
      }
    };
  }

  /**
   * Counts a record.
   *
   * @param userId as it is stored, which may be a pseudonym: totals begin with the people that the store has
   */
  observe(record: RequestRecord, userId: string): void {
    this.#entries.get(record.tenantId)?.totals.add(record, userId);
  }

  /** Hears that a business event told a meter of a tenant: what its month costs is read again within seconds. */
  meterTold(tenantId: TenantId): void {
    this.#entries.get(tenantId)?.reads.meterTold();
  }

  /** From now on ticks tell what months cost. */
  priceBy(costs: LiveCosts): void {
    this.#costs = costs;
    this.refresh();
  }

  /** Reads all totals from the store again: something was stored that did not pass through here. */
  refresh(): void {
    for (const entry of this.#entries.values()) {
      this.#readBase(entry);
    }
  }

  start(): void {
    this.#due = nextSecond(this.#now());
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#fanOut.stop();
    this.#entries.clear();
  }

  #arm(): void {
    // Aimed at a whole second each time, so a late tick does not push the next one.
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, this.#due - this.#now()));
    this.#timer.unref();
  }

  #tick(): void {
    const now = this.#now();
    if (now >= this.#due) {
      const second = Math.floor(now / TICK_MS) * TICK_MS;
      this.#due = nextSecond(now);
      const resources = this.#resources.read();
      for (const entry of this.#entries.values()) {
        this.#tickTenant(entry, second, resources);
      }
    }
    this.#arm();
  }

  #tickTenant(entry: Entry, second: number, resources: ResourceUse): void {
    const { totals, ring, subscribers, tenant } = entry;
    if (entry.idleSince !== undefined && second - entry.idleSince >= LINGER_MS) {
      this.#entries.delete(tenant.tenantId);
      return;
    }
    if (entry.reads.isDue(second, { priced: this.#costs !== undefined, watched: subscribers.size > 0 })) {
      this.#readBase(entry);
    }
    totals.turnMonth();
    if (totals.based && !entry.reads.underWay && entry.cost.isOfAnother(totals.month)) {
      this.#readBase(entry);
    }
    const interval = totals.takeInterval();
    if (!totals.based) {
      return;
    }
    if (subscribers.size > 0) {
      entry.cost.ask(totals, second);
    }
    entry.seq += 1;
    const json = tickJson({
      epoch: this.#epoch,
      seq: entry.seq,
      second,
      totals,
      interval,
      resources,
      cost: entry.cost.amountIn(totals.month),
    });
    const tick: LiveTick = { epoch: this.#epoch, seq: entry.seq, json };
    ring.push(tick);
    if (ring.length > RING_SIZE) {
      ring.shift();
    }
    this.#fanOut.push(tick, subscribers);
  }

  #send(subscriber: Subscriber, tick: LiveTick): void {
    try {
      subscriber.send(tick);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'a live subscriber failed');
    }
  }

  #activate(tenant: LiveTenant): Entry {
    const entry: Entry = {
      tenant,
      totals: new TenantUsage(() => this.#month(tenant)),
      cost: new LiveCostOf(tenant.tenantId, this.#options.logger),
      reads: new BaseReads(),
      ring: [],
      subscribers: new Set(),
      seq: 0,
      idleSince: undefined,
    };
    this.#entries.set(tenant.tenantId, entry);
    this.#readBase(entry);
    return entry;
  }

  #readBase(entry: Entry): void {
    if (!entry.reads.begin(this.#now())) {
      return;
    }
    // One synchronous step: what came before lies in sealed segments, what comes after is counted.
    const position = this.#options.seal();
    entry.totals.beginAtBoundary();
    this.#options
      .afterStored(position, () => {
        const month = this.#month(entry.tenant);
        return Promise.all([
          readUsageBase(this.#options.usage, entry.tenant.tenantId, month, this.#now()),
          entry.cost.read(this.#costs, entry.tenant, month),
        ]);
      })
      .then(
        ([base, cost]) => {
          // One synchronous step: the cost rests on the same boundary as what is added to it.
          entry.totals.setBase(base);
          entry.cost.rest(cost);
          entry.reads.succeeded();
        },
        (error: unknown) => {
          entry.reads.failed(this.#now());
          if (!this.#stopped) {
            this.#options.logger.warn(
              { err: error, tenant: entry.tenant.tenantId },
              'live totals cannot be read',
            );
          }
        },
      )
      .finally(() => {
        if (entry.reads.end() && !this.#stopped) {
          this.#readBase(entry);
        }
      });
  }

  #month({ timezone }: LiveTenant): string {
    return this.#localDays.day(this.#now(), timezone).slice(0, MONTH_LENGTH);
  }

  #sequenceAfter(since: string | undefined): number {
    const [epoch, seq] = since?.split(':') ?? [];
    const number = Number(seq);
    return epoch === this.#epoch && Number.isSafeInteger(number) ? number : 0;
  }
}

function nextSecond(now: number): number {
  return Math.floor(now / TICK_MS) * TICK_MS + TICK_MS;
}
