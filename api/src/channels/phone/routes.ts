import { createHash } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, audit } from '../../audit/audit.ts';
import type { Limits } from '../../coordination/coordination.ts';
import { problem, problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import type { Database } from '../../postgres/database.ts';
import { masked } from '../log/mask.ts';
import { phoneCode } from './code.ts';
import { PHONE_CHANNELS, type Phone, type PhoneChannel, type Phones } from './phones.ts';

/** Codes that one person can have sent, and that one number can be sent: each costs money, and annoys a stranger. */
const MOST_CODES = 3;
const CODES_WINDOW_MS = 60 * 60 * 1_000;
const MS_PER_SECOND = 1_000;

const phoneBody = z
  .object({
    number: z.string().nullable().describe('E.164; null: none is known'),
    verified_at: z.iso.datetime().nullable(),
    code_expires_at: z.iso.datetime().nullable().describe('Until when the code is good that was sent'),
    channels: z.array(z.enum(PHONE_CHANNELS)).describe('By which a code can be sent'),
  })
  .meta({ id: 'OwnPhone' });

const LONGEST_NUMBER = 40;

/** A number as people write it, without what they put between its digits. */
function withoutSeparators(written: string): string {
  return written.replace(/[ ().-]/g, '');
}

const newPhone = z
  .object({
    number: z
      .string()
      .max(LONGEST_NUMBER)
      .refine(
        (written) => z.e164().safeParse(withoutSeparators(written)).success,
        'must be a number with its country: +628123456789',
      ),
    channel: z.enum(PHONE_CHANNELS),
  })
  .meta({ examples: [{ number: '+62 812-3456-789', channel: 'whatsapp' }] });

export interface PhoneRoutesOptions {
  readonly database: Database;
  readonly phones: Phones;
  /** Those that there is a provider for. */
  readonly available: readonly PhoneChannel[];
  readonly limits: Limits;
}

/** The own telephone number, for what is told by WhatsApp and SMS. */
export const phoneRoutes: FastifyPluginAsyncZod<PhoneRoutesOptions> = async (app, options) => {
  const { database, phones, available, limits } = options;
  const { db } = database;
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('account:own');
  const common = { tags: ['notifications'], security: [{ bearer: [] }] };
  const described = (phone: Phone | undefined): z.infer<typeof phoneBody> => ({
    number: phone?.number ?? null,
    verified_at: phone?.verifiedAt?.toISOString() ?? null,
    code_expires_at: phone?.codeExpiresAt?.toISOString() ?? null,
    channels: [...available],
  });
  const takeCode = async (key: string): Promise<void> => {
    const { taken, leftMs } = await limits.take(`phone-code:${key}`, CODES_WINDOW_MS);
    if (taken > MOST_CODES) {
      throw problem('too-many-requests', {
        detail: 'Too many codes were sent. Wait, then try again.',
        retryAfterSeconds: Math.ceil(leftMs / MS_PER_SECOND),
      });
    }
  };

  app.get(
    '/api/v1/me/phone',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Own telephone number',
        response: { 200: phoneBody, ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return described(await phones.find(db, principalOf(request).userId));
    },
  );

  app.put(
    '/api/v1/me/phone',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Say the own telephone number; a code is sent to it, and nothing else before it is verified',
        body: newPhone,
        response: { 202: phoneBody, ...problemResponses(400, 401, 403, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      const { channel } = request.body;
      const number = withoutSeparators(request.body.number);
      if (!available.includes(channel)) {
        const instead = available.length === 0 ? 'There is no other.' : `Use ${available.join(' or ')}.`;
        throw problem('conflict', { detail: `Nothing can be sent by ${channel} here. ${instead}` });
      }
      const { tenantId, userId } = principalOf(request);
      await takeCode(userId);
      await takeCode(createHash('sha256').update(number).digest('base64url'));
      const phone = await db.transaction().execute(async (transaction) => {
        const begun = await phones.begin(transaction, { tenantId, userId, number, channel });
        await audit(transaction, {
          action: 'phone.told',
          tenantId,
          actor: actorOf(request),
          details: { number: masked(channel, number), channel },
        });
        return begun;
      });
      return reply.code(202).send(described(phone));
    },
  );

  app.post(
    '/api/v1/me/phone/verify',
    {
      config: { ...config, rate: 'credentials' },
      onRequest,
      schema: {
        ...common,
        summary: 'Verify the own telephone number by the code that was sent to it',
        body: z.object({ code: phoneCode }).meta({ examples: [{ code: '012345' }] }),
        response: { 200: phoneBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request) => {
      const { tenantId, userId } = principalOf(request);
      const verified = await db.transaction().execute(async (transaction) => {
        const phone = await phones.verify(transaction, userId, request.body.code);
        if (typeof phone !== 'string') {
          await audit(transaction, { action: 'phone.verified', tenantId, actor: actorOf(request) });
        }
        return phone;
      });
      // A wrong code is counted: what counts it must not be rolled back.
      if (verified === 'wrong') {
        throw problem('invalid-request', { errors: [{ path: 'body.code', message: 'is not the code' }] });
      }
      if (verified === 'no-code') {
        throw problem('conflict', { detail: 'There is no code that is still good. Have another one sent.' });
      }
      return described(verified);
    },
  );

  app.delete(
    '/api/v1/me/phone',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Forget the own telephone number; nothing is sent to it any more',
        response: { 204: z.undefined(), ...problemResponses(401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = principalOf(request);
      await db.transaction().execute(async (transaction) => {
        if (!(await phones.remove(transaction, userId))) {
          throw problem('not-found', { detail: 'No telephone number is known.' });
        }
        await audit(transaction, { action: 'phone.removed', tenantId, actor: actorOf(request) });
      });
      return reply.code(204).send();
    },
  );
};
