/*
 * Invitations to a tenant, by mail.
 *
 * What always holds: there is one for each address at a tenant, the newest; its link works once, for seven days; it
 * gives the role that it was made with, and never that of somebody who is one of the tenant's people already.
 */
import { randomBytes } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { type Actor, audit } from '../../audit/audit.ts';
import { problem } from '../../errors/problem.ts';
import { cut, type ListQuery, ordering, pageOf } from '../../lists/page.ts';
import { sendMail } from '../../notifications/mail.ts';
import type { Schema } from '../../postgres/schema.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { LinkTo } from '../links.ts';
import { becomePerson } from '../newcomers.ts';
import { assertGoodPassword } from '../password-rules.ts';
import type { Passwords } from '../passwords.ts';
import { TENANT_ROLES, type TenantRole } from '../permissions.ts';
import type { Principal } from '../principal.ts';
import { hashOfToken, newToken } from '../single-use-token.ts';

const LINK_MS = 7 * 24 * 60 * 60_000;
const ID_BYTES = 10;

export const invitationBody = z
  .object({
    id: z.string(),
    email: z.string(),
    role: z.enum(TENANT_ROLES),
    invited_by: z.string().nullable().describe('User id; null: somebody who is gone'),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'Invitation' });

export const invitationPage = pageOf(invitationBody).meta({ id: 'InvitationPage' });
type InvitationBody = z.infer<typeof invitationBody>;

interface InvitationsOptions {
  readonly db: Kysely<Schema>;
  readonly passwords: Passwords;
  readonly linkTo: LinkTo;
  readonly now: () => Date;
}

/** What somebody new brings to an invitation; those who have an account bring nothing. */
interface Newcomer {
  readonly name: string | undefined;
  readonly password: string | undefined;
}

const COLUMNS = ['id', 'email', 'role', 'invited_by', 'created_at', 'expires_at'] as const;

export class Invitations {
  readonly #db: Kysely<Schema>;
  readonly #passwords: Passwords;
  readonly #linkTo: LinkTo;
  readonly #now: () => Date;

  constructor({ db, passwords, linkTo, now }: InvitationsOptions) {
    this.#db = db;
    this.#passwords = passwords;
    this.#linkTo = linkTo;
    this.#now = now;
  }

  /**
   * Invites somebody. An invitation of the same address that was open is over.
   *
   * @param email as it was normalised
   * @throws {ProblemError} `conflict` when they are one of the tenant's people
   */
  async invite(
    tenant: Tenant,
    { email, role }: { readonly email: string; readonly role: TenantRole },
    { principal, actor }: { readonly principal: Principal; readonly actor: Actor },
  ): Promise<InvitationBody> {
    const now = this.#now();
    const { token, hash } = newToken();
    const made = {
      id: `inv_${randomBytes(ID_BYTES).toString('hex')}`,
      role,
      token_hash: hash,
      invited_by: principal.userId,
      created_at: now,
      expires_at: new Date(now.getTime() + LINK_MS),
    };
    return this.#db.transaction().execute(async (transaction) => {
      await assertStranger(transaction, tenant.id, email);
      // As a new one, with a new id: whoever withdraws the old one must not end this.
      await transaction
        .deleteFrom('invitations')
        .where('tenant_id', '=', tenant.id)
        .where('email', '=', email)
        .execute();
      const row = await transaction
        .insertInto('invitations')
        .values({ ...made, tenant_id: tenant.id, email })
        .onConflict((conflict) => conflict.columns(['tenant_id', 'email']).doNothing())
        .returning(COLUMNS)
        .executeTakeFirst();
      if (row === undefined) {
        throw problem('conflict', { detail: 'Somebody invites this address at this moment.' });
      }
      const { name: inviter } = await transaction
        .selectFrom('users')
        .where('id', '=', principal.userId)
        .select('name')
        .executeTakeFirstOrThrow();
      await audit(transaction, {
        action: 'person.invited',
        tenantId: tenant.id,
        actor,
        subject: { kind: 'invitation', id: row.id },
        details: { role },
      });
      await sendMail(transaction, {
        tenantId: tenant.id,
        to: email,
        locale: tenant.locale,
        template: 'invitation',
        values: {
          inviter,
          link: this.#linkTo('invitation', token),
          expiresAt: made.expires_at.toISOString(),
        },
      });
      return described(row);
    });
  }

  /** The tenant's invitations that nobody has accepted yet, newest first. */
  async list(
    tenantId: TenantId,
    { limit, cursor }: Pick<ListQuery, 'limit' | 'cursor'>,
  ): Promise<z.infer<typeof invitationPage>> {
    const order = ordering(sql.ref('created_at'), 'timestamptz', sql.ref('id'), cursor);
    const rows = await this.#db
      .selectFrom('invitations')
      .where('tenant_id', '=', tenantId)
      .where(order.after)
      .orderBy(order.by, 'desc')
      .orderBy('id')
      .limit(limit + 1)
      .select(COLUMNS)
      .select(order.key.as('key'))
      .execute()
      .catch(order.blame);
    return cut(rows, limit, order, described);
  }

  /** @throws {ProblemError} `not-found` */
  async withdraw(tenantId: TenantId, id: string, actor: Actor): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('invitations')
        .where('tenant_id', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst();
      if (numDeletedRows === 0n) {
        throw problem('not-found', { detail: 'There is no such invitation, or it was accepted.' });
      }
      const subject = { kind: 'invitation', id };
      await audit(transaction, { action: 'person.invitation-withdrawn', tenantId, actor, subject });
    });
  }

  /**
   * Makes whoever has the link one of the tenant's people: somebody new by name and password, somebody known as they
   * are.
   *
   * @throws {ProblemError} `link-invalid`; `invalid-request` when somebody new brings no name or no good password, which
   *   does not use the link up
   */
  async accept(
    token: string,
    newcomer: Newcomer,
    actor: Actor,
  ): Promise<{ readonly email: string; readonly tenantId: TenantId }> {
    const hash = hashOfToken(token);
    const invitation = await this.#db
      .selectFrom('invitations')
      .leftJoin('users', 'users.email', 'invitations.email')
      .where('token_hash', '=', hash)
      .where('expires_at', '>', this.#now())
      .select(['invitations.email', 'users.id as userId'])
      .executeTakeFirst();
    if (invitation === undefined) {
      throw problem('link-invalid');
    }
    const { email } = invitation;
    const made = invitation.userId === null ? await this.#newcomer(newcomer, email) : undefined;
    return this.#db.transaction().execute(async (transaction) => {
      const taken = await transaction
        .deleteFrom('invitations')
        .where('token_hash', '=', hash)
        .returning(['id', 'tenant_id', 'role'])
        .executeTakeFirst();
      if (taken === undefined) {
        throw problem('link-invalid');
      }
      const role = z.enum(TENANT_ROLES).parse(taken.role);
      const { userId, tenantId, joined } = await becomePerson(transaction, {
        tenantId: taken.tenant_id,
        role,
        email,
        newcomer: made,
      });
      if (joined) {
        await audit(transaction, {
          action: 'person.joined',
          tenantId,
          actor: { ...actor, userId, role },
          subject: { kind: 'user', id: userId },
          details: { invitation: taken.id, role },
        });
      }
      return { email, tenantId };
    });
  }

  async #newcomer(
    { name, password }: Newcomer,
    email: string,
  ): Promise<{ name: string; passwordHash: string }> {
    if (name === undefined || password === undefined) {
      const missing = { rule: 'required', message: 'is needed: nobody has an account with this address yet' };
      throw problem('invalid-request', {
        errors: [
          ...(name === undefined ? [{ path: 'body.name', ...missing }] : []),
          ...(password === undefined ? [{ path: 'body.password', ...missing }] : []),
        ],
      });
    }
    assertGoodPassword(password, email, 'body.password');
    return { name, passwordHash: await this.#passwords.hash(password) };
  }
}

async function assertStranger(db: Kysely<Schema>, tenantId: TenantId, email: string): Promise<void> {
  const member = await db
    .selectFrom('users')
    .innerJoin('memberships', 'memberships.user_id', 'users.id')
    .where('users.email', '=', email)
    .where('memberships.tenant_id', '=', tenantId)
    .select('users.id')
    .executeTakeFirst();
  if (member !== undefined) {
    throw problem('conflict', {
      detail: 'They are one of your people already. Change their role instead.',
    });
  }
}

function described({
  id,
  email,
  role,
  invited_by,
  created_at,
  expires_at,
}: {
  id: string;
  email: string;
  role: string;
  invited_by: string | null;
  created_at: Date;
  expires_at: Date;
}): InvitationBody {
  return invitationBody.parse({
    id,
    email,
    role,
    invited_by,
    created_at: created_at.toISOString(),
    expires_at: expires_at.toISOString(),
  });
}
