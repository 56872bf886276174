import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Principal } from '../identity/principal.ts';
import { idOf } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { requireStorefront, type StorefrontOptions } from '../tenants/storefront.ts';
import {
  type Booking,
  bookingBody,
  bookingById,
  bookingPage,
  bookingQuery,
  listBookings,
} from './bookings.ts';
import type { Catalogue } from './catalogue.ts';
import { courseBody, courseById } from './courses.ts';
import { newCourse, offerCourse } from './offer.ts';
import { describeOwnMentor, findOwnMentor, ownMentor, ownMentorBody } from './own-mentor.ts';
import { teachingHours } from './schedule.ts';
import { finishSession, startSession } from './sessions.ts';
import { replaceSchedule, scheduleBody } from './slots.ts';
import { type HeldBooking, holdBooking } from './steps.ts';

const sessionStep = z
  .object({ booking: idOf('bkg', 'a booking') })
  .meta({ id: 'SessionStep', examples: [{ booking: 'bkg_0123456789abcdef0123' }] });

export interface MentorRoutesOptions extends StorefrontOptions {
  readonly database: Database;
  readonly catalogue: Catalogue;
  readonly now: () => Date;
}

/**
 * What a mentor does: set the schedule, offer courses, give sessions. Whoever has the role becomes a mentor by
 * setting a schedule, offering a course, or looking at their own profile.
 */
export const mentorRoutes: FastifyPluginAsyncZod<MentorRoutesOptions> = async (app, options) => {
  const { database, catalogue, now } = options;
  const { db } = database;
  const onRequest = requirePermission('tutoring:teach');
  const common = { tags: ['tutoring'], security: [{ bearer: [] }] };

  app.get(
    '/api/mentor/daftar-sesi',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'The bookings of one’s own sessions, the latest first',
        querystring: bookingQuery,
        response: { 200: bookingPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const mentorId = await findOwnMentor(db, principal);
      return mentorId === undefined
        ? { data: [], next_cursor: null }
        : listBookings(db, principal.tenantId, { mentorId }, request.query);
    },
  );

  app.get(
    '/api/mentor/profil-saya',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Oneself as a mentor: rating, courses, sessions, earnings',
        response: { 200: ownMentorBody, ...problemResponses(401, 403, 503) },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      return describeOwnMentor(db, principal.tenantId, await ownMentor(db, principal));
    },
  );

  app.post(
    '/api/mentor/atur-jadwal',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Set the own schedule: replaces the slots to come that nobody has booked',
        body: teachingHours,
        response: { 200: scheduleBody, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const tenant = await requireStorefront(request, options);
      const mentorId = await ownMentor(db, principal);
      return db
        .transaction()
        .execute((transaction) => replaceSchedule(transaction, tenant, mentorId, request.body, now()));
    },
  );

  app.post(
    '/api/mentor/kursus',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Offer a course',
        body: newCourse,
        response: { 201: courseBody, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { tenantId } = principal;
      const mentorId = await ownMentor(db, principal);
      const course = await db.transaction().execute(async (transaction) => {
        const id = await offerCourse(transaction, tenantId, mentorId, request.body, now());
        return courseById(transaction, tenantId, id);
      });
      await catalogue.changed(tenantId);
      return reply.code(201).send(course);
    },
  );

  /** Takes a step with one of the mentor's own sessions. */
  const withSession = (
    principal: Principal,
    id: string,
    step: (transaction: Kysely<Schema>, booking: HeldBooking) => Promise<void>,
  ): Promise<Booking> =>
    db.transaction().execute(async (transaction) => {
      const mentorId = await findOwnMentor(transaction, principal);
      if (mentorId === undefined) {
        throw problem('not-found', { detail: 'There is no such booking.' });
      }
      await step(transaction, await holdBooking(transaction, principal.tenantId, id, { mentorId }));
      return bookingById(transaction, principal.tenantId, id);
    });

  app.post(
    '/api/mentor/mulai-sesi',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Start a session, at most 15 minutes before its time',
        body: sessionStep,
        response: { 200: bookingBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request) =>
      withSession(principalOf(request), request.body.booking, (transaction, booking) =>
        startSession(transaction, booking, now()),
      ),
  );

  app.post(
    '/api/mentor/selesai-sesi',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Finish a session',
        body: sessionStep,
        response: { 200: bookingBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request) =>
      withSession(principalOf(request), request.body.booking, (transaction, booking) =>
        finishSession(transaction, booking, now()),
      ),
  );
};
