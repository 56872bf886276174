/*
 * Proves API keys, from memory where it can.
 *
 * What always holds:
 *   - an answer is at most 30 seconds old: a key that is revoked on another replica is refused after that long. In
 *     this process forget() makes it at once. Times in an answer (expiry, the end of a rotated secret) are judged by
 *     the clock at every request;
 *   - "no such key" is forgotten after 2 seconds, and only texts whose checksum is right are asked about at all;
 *   - that a tenant is suspended is forgotten after 2 seconds: on whatever replica it is noted that somebody has paid,
 *     keys work again on all of them. In this process forgetSuspensions() makes it at once;
 *   - while Postgres is away, a key that was good within the last 15 minutes stays good: as long as an access token
 *     does. A key that was never seen is DatabaseUnavailableError, which is no refusal;
 *   - a secret is compared by its hash, in constant time.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IngestCredential, TenantId } from '@riwayat/collector';
import type { Database } from '../postgres/database.ts';
import type { Logger } from '../postgres/logger.ts';
import { tenantRow } from '../tenants/tenant.ts';
import { scopesSchema } from './key.ts';
import { type OfferedToken, readToken } from './token.ts';

const FRESH_MS = 30_000;
const FRESH_REFUSED_MS = 2_000;
const LONGEST_OUTAGE_MS = 15 * 60_000;
const MAX_ENTRIES = 10_000;
/** How exact `last_used_at` is. */
const LAST_USED_EVERY_MS = 60_000;

export type Verdict =
  | { readonly status: 'valid'; readonly credential: IngestCredential }
  /** The key is good, and refused until these are paid. */
  | { readonly status: 'suspended'; readonly owed: readonly OwedNumber[] }
  | { readonly status: 'unknown' | 'expired' | 'revoked' };

/** An invoice that the tenant is suspended for, and what is to be paid of it: whole rupiah. */
export interface OwedNumber {
  readonly number: string;
  readonly open: bigint;
}

/** A secret that exists. */
interface KnownSecret {
  readonly credential: IngestCredential;
  readonly revoked: boolean;
  /** Epoch milliseconds: the key's expiry or the end of a secret that was replaced, whichever is sooner. */
  readonly goodUntil: number;
  /** Empty while the tenant is not suspended. */
  readonly owed: readonly OwedNumber[];
}

interface Entry {
  readonly secret: KnownSecret | undefined;
  readonly readAt: number;
}

export class Keyring {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #now: () => number;
  /** By the hash of the secret, in hex. */
  readonly #entries = new Map<string, Entry>();
  readonly #asking = new Map<string, Promise<KnownSecret | undefined>>();
  readonly #lastUsed = new Map<string, number>();
  /** What was read before the last change of any key is not to be kept. */
  #changes = 0;

  /** @param now epoch milliseconds */
  constructor(database: Database, logger: Logger, now: () => number = Date.now) {
    this.#database = database;
    this.#logger = logger;
    this.#now = now;
  }

  /**
   * Judges a key.
   *
   * @param text as the request carries it
   * @throws {DatabaseUnavailableError} when the database is away and the key has not been seen lately
   */
  async judge(text: string): Promise<Verdict> {
    const offered = readToken(text);
    const secret = offered && (await this.#find(offered));
    if (secret === undefined) {
      return { status: 'unknown' };
    }
    if (secret.revoked) {
      return { status: 'revoked' };
    }
    if (secret.goodUntil <= this.#now()) {
      return { status: 'expired' };
    }
    if (secret.owed.length > 0) {
      return { status: 'suspended', owed: secret.owed };
    }
    this.#used(secret.credential.keyId);
    return { status: 'valid', credential: secret.credential };
  }

  /** To be called when a key has changed: what is remembered of it no longer holds. */
  forget(keyId: string): void {
    this.#changes += 1;
    for (const [hash, { secret }] of this.#entries) {
      if (secret?.credential.keyId === keyId) {
        this.#entries.delete(hash);
      }
    }
  }

  /** To be called when somebody may have paid what it was suspended for: its keys are good again at once. */
  forgetSuspensions(): void {
    this.#changes += 1;
    for (const [hash, { secret }] of this.#entries) {
      if (secret !== undefined && secret.owed.length > 0) {
        this.#entries.delete(hash);
      }
    }
  }

  /** What a tenant is suspended for, the oldest first; empty when it is not. */
  async owedBy(tenantId: TenantId): Promise<OwedNumber[]> {
    const rows = await this.#database.db
      .selectFrom('invoices')
      .where('tenant_id', '=', tenantId)
      .where('suspends', '=', true)
      .orderBy('issued_on')
      .orderBy('id')
      .select(['number', 'open', 'written_off'])
      .execute();
    return rows.map(({ number, open, written_off }) => ({
      number: number ?? '',
      open: BigInt(open) + BigInt(written_off),
    }));
  }

  async #find(offered: OfferedToken): Promise<KnownSecret | undefined> {
    const hash = offered.hash.toString('hex');
    const entry = this.#entries.get(hash);
    const age = entry === undefined ? Number.POSITIVE_INFINITY : this.#now() - entry.readAt;
    if (entry !== undefined && age < freshMs(entry.secret)) {
      return entry.secret;
    }
    const asking =
      this.#asking.get(hash) ?? this.#read(offered, hash).finally(() => this.#asking.delete(hash));
    this.#asking.set(hash, asking);
    try {
      return await asking;
    } catch (error) {
      if (entry?.secret !== undefined && age < LONGEST_OUTAGE_MS) {
        return entry.secret;
      }
      throw error;
    }
  }

  async #read({ keyId, hash }: OfferedToken, name: string): Promise<KnownSecret | undefined> {
    const changes = this.#changes;
    const rows = await this.#database.db
      .selectFrom('api_key_secrets')
      .innerJoin('api_keys', 'api_keys.id', 'api_key_secrets.key_id')
      .innerJoin('tenants', 'tenants.id', 'api_keys.tenant_id')
      .where('api_keys.id', '=', keyId)
      .select([
        'api_key_secrets.hash',
        'api_key_secrets.valid_until',
        'api_keys.scopes',
        'api_keys.events_per_second',
        'api_keys.burst',
        'api_keys.expires_at',
        'api_keys.revoked_at',
        'tenants.id',
        'tenants.name',
        'tenants.timezone',
        'tenants.locale',
      ])
      .execute();
    const row = rows.find((candidate) => timingSafeEqual(candidate.hash, hash));
    const tenantId = row && tenantRow.parse(row).id;
    const secret = row &&
      tenantId && {
        credential: {
          tenantId,
          timezone: row.timezone,
          keyId,
          scopes: scopesSchema.parse(row.scopes),
          eventsPerSecond: row.events_per_second,
          burst: row.burst,
        },
        revoked: row.revoked_at !== null,
        goodUntil: Math.min(
          row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
          row.valid_until?.getTime() ?? Number.POSITIVE_INFINITY,
        ),
        owed: await this.owedBy(tenantId),
      };
    if (changes === this.#changes) {
      this.#keep(name, secret);
    }
    return secret;
  }

  #keep(hash: string, secret: KnownSecret | undefined): void {
    this.#entries.delete(hash);
    this.#entries.set(hash, { secret, readAt: this.#now() });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) {
      this.#entries.delete(oldest);
    }
  }

  /** Notes that a key is in use, at most once a minute, beside the request that shows it. */
  #used(keyId: string): void {
    const now = this.#now();
    if (now - (this.#lastUsed.get(keyId) ?? Number.NEGATIVE_INFINITY) < LAST_USED_EVERY_MS) {
      return;
    }
    this.#lastUsed.set(keyId, now);
    const at = new Date(now);
    this.#database.db
      .updateTable('api_keys')
      .set({ last_used_at: at })
      .where('id', '=', keyId)
      .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', at)]))
      .execute()
      .catch((error: unknown) => {
        this.#logger.debug({ err: error, keyId }, 'the last use of a key was not noted');
      });
  }
}

/** How long what was read of a secret is gone by. */
function freshMs(secret: KnownSecret | undefined): number {
  return secret === undefined || secret.owed.length > 0 ? FRESH_REFUSED_MS : FRESH_MS;
}
