/*
 * People who register themselves.
 *
 * What always holds:
 *   - nobody becomes a person of a tenant before they opened the link that was mailed to them. Until then a
 *     registration is all there is: it takes no address away from its owner, who may register too;
 *   - a link works once, for a day; with it the person gets the name and the password of that registration and of no
 *     other. Somebody who has an account already keeps it as it is, and joins the tenant;
 *   - whether an address is known, the answer does not tell: the mail does.
 */
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../../audit/audit.ts';
import { problem } from '../../errors/problem.ts';
import { sendMail } from '../../notifications/mail.ts';
import type { Schema } from '../../postgres/schema.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { LinkTo } from '../links.ts';
import { becomePerson } from '../newcomers.ts';
import type { Passwords } from '../passwords.ts';
import { hashOfToken, newToken } from '../single-use-token.ts';

const LINK_MS = 24 * 60 * 60_000;
/** Of one address at a tenant that wait for their link at the same time: no more mails than these a day. */
const MOST_WAITING = 5;

export interface NewRegistration {
  readonly tenant: Tenant;
  /** As it was normalised. */
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

/** Who came of a registration. */
export interface Registered {
  readonly userId: string;
  readonly email: string;
  readonly tenantId: string;
}

interface RegistrationsOptions {
  readonly db: Kysely<Schema>;
  readonly passwords: Passwords;
  readonly linkTo: LinkTo;
  readonly now: () => Date;
}

export class Registrations {
  readonly #db: Kysely<Schema>;
  readonly #passwords: Passwords;
  readonly #linkTo: LinkTo;
  readonly #now: () => Date;

  constructor({ db, passwords, linkTo, now }: RegistrationsOptions) {
    this.#db = db;
    this.#passwords = passwords;
    this.#linkTo = linkTo;
    this.#now = now;
  }

  /**
   * Sends a mail to the address: with the link that completes the registration, or, to somebody who is one of the
   * tenant's people, that they are.
   *
   * @returns until when the link would be good
   * @throws {ProblemError} `registration-closed` when the tenant only invites; `overloaded`
   */
  async register({ tenant, email, name, password }: NewRegistration, actor: Actor): Promise<Date> {
    await this.#assertOpen(tenant.id);
    const password_hash = await this.#passwords.hash(password);
    const { token, hash } = newToken();
    const now = this.#now();
    const expires_at = new Date(now.getTime() + LINK_MS);
    await this.#db.transaction().execute(async (transaction) => {
      const member = await findMember(transaction, tenant.id, email);
      const mail = { tenantId: tenant.id, to: email };
      if (member !== undefined) {
        const values = { name: member.name, link: this.#linkTo('login') };
        const locale = member.locale ?? tenant.locale;
        await sendMail(transaction, { ...mail, locale, template: 'already-registered', values });
        return;
      }
      if ((await countWaiting(transaction, tenant.id, email, now)) >= MOST_WAITING) {
        return;
      }
      await transaction
        .insertInto('registrations')
        .values({
          token_hash: hash,
          tenant_id: tenant.id,
          email,
          name,
          password_hash,
          created_at: now,
          expires_at,
        })
        .execute();
      await audit(transaction, { action: 'account.registered', tenantId: tenant.id, actor });
      const values = { name, link: this.#linkTo('verify', token), expiresAt: expires_at.toISOString() };
      await sendMail(transaction, { ...mail, locale: tenant.locale, template: 'verify-email', values });
    });
    return expires_at;
  }

  /**
   * Completes a registration: the address is the person's, so they are one of the tenant's members now.
   *
   * @throws {ProblemError} `link-invalid` when the token was used, has expired, or never was
   */
  async verify(token: string, actor: Actor): Promise<Registered> {
    const now = this.#now();
    return this.#db.transaction().execute(async (transaction) => {
      const registration = await transaction
        .deleteFrom('registrations')
        .where('token_hash', '=', hashOfToken(token))
        .where('expires_at', '>', now)
        .returning(['tenant_id', 'email', 'name', 'password_hash'])
        .executeTakeFirst();
      if (registration === undefined) {
        throw problem('link-invalid');
      }
      const { tenant_id, email, name, password_hash } = registration;
      const { userId, tenantId } = await becomePerson(transaction, {
        tenantId: tenant_id,
        role: 'member',
        email,
        newcomer: { name, passwordHash: password_hash },
      });
      await transaction
        .deleteFrom('registrations')
        .where('email', '=', email)
        .where('tenant_id', '=', tenant_id)
        .execute();
      await audit(transaction, {
        action: 'account.email-verified',
        tenantId,
        actor: { ...actor, userId, role: 'member' },
        subject: { kind: 'user', id: userId },
      });
      return { userId, email, tenantId };
    });
  }

  async #assertOpen(tenantId: TenantId): Promise<void> {
    const tenant = await this.#db
      .selectFrom('tenants')
      .where('id', '=', tenantId)
      .select('registration')
      .executeTakeFirst();
    if (tenant?.registration !== 'open') {
      throw problem('registration-closed');
    }
  }
}

function findMember(db: Kysely<Schema>, tenantId: TenantId, email: string) {
  return db
    .selectFrom('users')
    .innerJoin('memberships', 'memberships.user_id', 'users.id')
    .where('users.email', '=', email)
    .where('memberships.tenant_id', '=', tenantId)
    .select(['users.name', 'users.locale'])
    .executeTakeFirst();
}

async function countWaiting(
  db: Kysely<Schema>,
  tenantId: TenantId,
  email: string,
  now: Date,
): Promise<number> {
  await db.deleteFrom('registrations').where('email', '=', email).where('expires_at', '<=', now).execute();
  const { waiting } = await db
    .selectFrom('registrations')
    .where('email', '=', email)
    .where('tenant_id', '=', tenantId)
    .select(({ fn }) => fn.countAll<string>().as('waiting'))
    .executeTakeFirstOrThrow();
  return Number(waiting);
}
