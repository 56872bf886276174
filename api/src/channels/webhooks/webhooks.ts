import { randomBytes } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, type Selectable, sql } from 'kysely';
import { newId } from '../../ids/id.ts';
import { notifyPermitted } from '../../notifications/notify.ts';
import type { Database } from '../../postgres/database.ts';
import type { Schema } from '../../postgres/schema.ts';
import type { Sealing } from '../../sealing/sealing.ts';
import { isTenantId } from '../../tenants/tenant.ts';
import type { EventType } from './event-types.ts';

/** More than any tenant has applications that want to be told. */
const MOST_WEBHOOKS = 20;
/** Standard Webhooks takes 24 to 64. */
const SECRET_BYTES = 32;
const SECRET_PREFIX = 'whsec_';
const MS_PER_SECOND = 1_000;
/** Who has answered nothing but errors for so long is not coming back by itself. */
const LONGEST_FAILING_MS = 5 * 24 * 60 * 60 * MS_PER_SECOND;
/** Of what went wrong, as much as helps to find out why. */
const LONGEST_FAILURE = 300;

/** An address of a tenant's application that is told of events. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly eventTypes: readonly string[];
  readonly enabled: boolean;
  /** Null when a person disabled it, or it is enabled. */
  readonly disabledBecause: 'failing' | 'gone' | null;
  readonly failingSince: Date | null;
  readonly lastFailureAt: Date | null;
  readonly lastFailure: string | null;
  readonly lastSuccessAt: Date | null;
  readonly createdAt: Date;
  /** Until when an earlier secret signs, too. */
  readonly previousValidUntil: Date | null;
}

/** What people decide of a webhook. */
export interface WebhookSettings {
  readonly url: string;
  readonly description: string;
  readonly eventTypes: readonly EventType[];
  readonly enabled: boolean;
}

/** The webhooks of tenants. Calls of people see one tenant's alone, and are part of the caller's transaction. */
export class Webhooks {
  readonly #db: Kysely<Schema>;
  readonly #sealing: Sealing;
  readonly #now: () => Date;

  constructor({ db }: Database, sealing: Sealing, now: () => Date = () => new Date()) {
    this.#db = db;
    this.#sealing = sealing;
    this.#now = now;
  }

  /** Oldest first. */
  async list(tenantId: TenantId): Promise<Webhook[]> {
    return this.#select(this.#db, tenantId);
  }

  async find(db: Kysely<Schema>, tenantId: TenantId, id: string): Promise<Webhook | undefined> {
    const [found] = await this.#select(db, tenantId, id);
    return found;
  }

  /**
   * Makes a webhook.
   *
   * @returns it and its secret, which is shown this once; undefined when the tenant has too many already
   */
  async create(
    transaction: Kysely<Schema>,
    tenantId: TenantId,
    { url, description, eventTypes, enabled }: WebhookSettings,
    createdBy: string,
  ): Promise<{ readonly webhook: Webhook; readonly secret: string } | undefined> {
    await transaction.selectFrom('tenants').where('id', '=', tenantId).select('id').forUpdate().execute();
    if ((await this.#select(transaction, tenantId)).length >= MOST_WEBHOOKS) {
      return undefined;
    }
    const id = newId('whk');
    await transaction
      .insertInto('webhooks')
      .values({
        id,
        tenant_id: tenantId,
        url,
        description,
        event_types: [...new Set(eventTypes)],
        enabled,
        created_by: createdBy,
        created_at: this.#now(),
      })
      .execute();
    const secret = await this.#addSecret(transaction, id);
    return { webhook: await this.#get(transaction, tenantId, id), secret };
  }

  /**
   * Changes a webhook. One that is enabled again, or leads elsewhere, begins without failures.
   *
   * @returns undefined when the tenant has none such
   */
  async change(
    transaction: Kysely<Schema>,
    tenantId: TenantId,
    id: string,
    { url, description, eventTypes, enabled }: WebhookSettings,
  ): Promise<Webhook | undefined> {
    const { numUpdatedRows } = await transaction
      .updateTable('webhooks')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .set({
        url,
        description,
        event_types: [...new Set(eventTypes)],
        enabled,
        disabled_because: enabled ? null : sql`disabled_because`,
        failing_since: enabled
          ? sql`case when enabled and url = ${url} then failing_since end`
          : sql`failing_since`,
      })
      .executeTakeFirst();
    return numUpdatedRows === 0n ? undefined : this.#get(transaction, tenantId, id);
  }

  /** @returns whether there was one */
  async remove(transaction: Kysely<Schema>, tenantId: TenantId, id: string): Promise<boolean> {
    const { numDeletedRows } = await transaction
      .deleteFrom('webhooks')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /**
   * Gives a webhook a new secret. Those before sign, too, for the overlap, so that whoever checks can change in peace.
   *
   * @param overlapSeconds 0: the old secrets are over at once
   * @returns undefined when the tenant has none such
   */
  async rotate(
    transaction: Kysely<Schema>,
    tenantId: TenantId,
    id: string,
    overlapSeconds: number,
  ): Promise<{ readonly webhook: Webhook; readonly secret: string } | undefined> {
    const found = await transaction
      .selectFrom('webhooks')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .select('id')
      .forUpdate()
      .executeTakeFirst();
    if (found === undefined) {
      return undefined;
    }
    const now = this.#now();
    const until = new Date(now.getTime() + overlapSeconds * MS_PER_SECOND);
    await transaction
      .deleteFrom('webhook_secrets')
      .where('webhook_id', '=', id)
      .where('valid_until', '<=', now)
      .execute();
    await transaction
      .updateTable('webhook_secrets')
      // An earlier rotation may have promised less.
      .set({ valid_until: sql<Date>`least(valid_until, ${until})` })
      .where('webhook_id', '=', id)
      .execute();
    const secret = await this.#addSecret(transaction, id);
    return { webhook: await this.#get(transaction, tenantId, id), secret };
  }

  /**
   * Where a webhook leads, and what its messages are signed with, newest first.
   */
  async target(id: string): Promise<{ url: string; enabled: boolean; secrets: string[] } | undefined> {
    const now = this.#now();
    const webhook = await this.#db
      .selectFrom('webhooks')
      .where('id', '=', id)
      .select(['url', 'enabled'])
      .executeTakeFirst();
    if (webhook === undefined) {
      return undefined;
    }
    const secrets = await this.#db
      .selectFrom('webhook_secrets')
      .where('webhook_id', '=', id)
      .where((where) => where.or([where('valid_until', 'is', null), where('valid_until', '>', now)]))
      .select('sealed')
      .orderBy('id', 'desc')
      .execute();
    return {
      ...webhook,
      secrets: secrets.map(({ sealed }) => this.#sealing.open(id, sealed).toString('utf8')),
    };
  }

  /** Notes that a webhook took a message. */
  async succeeded(id: string): Promise<void> {
    await this.#db
      .updateTable('webhooks')
      .where('id', '=', id)
      .set({ last_success_at: this.#now(), failing_since: null })
      .execute();
  }

  /**
   * Notes that a webhook did not take a message. One that has taken none for days, or says that it is gone, is disabled,
   * and those who look after webhooks are told.
   */
  async failed(id: string, failure: string, gone: boolean): Promise<void> {
    const now = this.#now();
    await this.#db.transaction().execute(async (transaction) => {
      const webhook = await transaction
        .updateTable('webhooks')
        .where('id', '=', id)
        .set({
          last_failure_at: now,
          last_failure: failure.slice(0, LONGEST_FAILURE),
          failing_since: sql<Date>`coalesce(failing_since, ${now})`,
        })
        .returning(['tenant_id', 'url', 'failing_since'])
        .executeTakeFirst();
      // None: it was deleted meanwhile.
      if (webhook === undefined || !isTenantId(webhook.tenant_id)) {
        return;
      }
      const failingMs = now.getTime() - (webhook.failing_since ?? now).getTime();
      if (!gone && failingMs <= LONGEST_FAILING_MS) {
        return;
      }
      const { numUpdatedRows } = await transaction
        .updateTable('webhooks')
        .where('id', '=', id)
        .where('enabled', '=', true)
        .set({ enabled: false, disabled_because: gone ? 'gone' : 'failing' })
        .executeTakeFirst();
      if (numUpdatedRows > 0n) {
        await notifyPermitted(transaction, 'webhooks:manage', {
          tenantId: webhook.tenant_id,
          kind: 'webhook.disabled',
          values: { webhook: id, host: new URL(webhook.url).host },
        });
      }
    });
  }

  async #addSecret(transaction: Kysely<Schema>, id: string): Promise<string> {
    const secret = `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
    await transaction
      .insertInto('webhook_secrets')
      .values({
        webhook_id: id,
        sealed: this.#sealing.seal(id, Buffer.from(secret)),
        created_at: this.#now(),
      })
      .execute();
    return secret;
  }

  async #get(db: Kysely<Schema>, tenantId: TenantId, id: string): Promise<Webhook> {
    const found = await this.find(db, tenantId, id);
    if (found === undefined) {
      throw new Error(`The webhook ${id} was deleted while it was being changed.`);
    }
    return found;
  }

  async #select(db: Kysely<Schema>, tenantId: TenantId, id?: string): Promise<Webhook[]> {
    const rows = await db
      .selectFrom('webhooks')
      .where('tenant_id', '=', tenantId)
      .$if(id !== undefined, (query) => query.where('id', '=', id ?? ''))
      .selectAll()
      .select(({ selectFrom }) =>
        selectFrom('webhook_secrets')
          .whereRef('webhook_id', '=', 'webhooks.id')
          .where('valid_until', '>', this.#now())
          .select(({ fn }) => fn.max('valid_until').as('until'))
          .as('previous_valid_until'),
      )
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.map(webhookOf);
  }
}

function webhookOf(
  row: Selectable<Schema['webhooks']> & { readonly previous_valid_until: Date | null },
): Webhook {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    eventTypes: row.event_types,
    enabled: row.enabled,
    disabledBecause: row.disabled_because,
    failingSince: row.failing_since,
    lastFailureAt: row.last_failure_at,
    lastFailure: row.last_failure,
    lastSuccessAt: row.last_success_at,
    createdAt: row.created_at,
    previousValidUntil: row.previous_valid_until,
  };
}
