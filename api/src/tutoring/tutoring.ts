import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { sendCached } from '../coordination/send-cached.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { anyId } from '../ids/id.ts';
import { listQuery, pageQuery } from '../lists/page.ts';
import type { Database } from '../postgres/database.ts';
import { requireStorefront, type StorefrontOptions } from '../tenants/storefront.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Catalogue } from './catalogue.ts';
import { courseBody, coursePage, findCourse } from './courses.ts';
import { findMentor, type Mentor, mentorBody, mentorPage } from './mentors.ts';
import { listReviews, reviewPage } from './reviews.ts';
import { listOpenSlots, slotPage } from './slots.ts';

const params = z.object({ id: anyId });
// Loose: what is validated replaces the request's headers, and the others are wanted too.
const headers = z.looseObject({
  'x-tenant': z.string().optional().describe('Whose courses and mentors; ignored for somebody logged in'),
});

const listHeaders = headers.extend({
  'if-none-match': z
    .string()
    .optional()
    .describe('The ETag of what is there already: 304 when it is still so'),
});
const notModified = z.undefined().describe('It is still what If-None-Match says');

export interface TutoringOptions extends StorefrontOptions {
  readonly database: Database;
  readonly catalogue: Catalogue;
  readonly now: () => Date;
}

/** What anybody may see of a tutoring service: its courses, its mentors, when they teach and what is said of them. */
export const tutoring: FastifyPluginAsyncZod<TutoringOptions> = async (app, options) => {
  const { database, catalogue, now } = options;
  const { db } = database;

  app.get(
    '/api/public/kursus',
    {
      schema: {
        tags: ['tutoring'],
        summary: 'Courses, searched or newest first',
        headers: listHeaders,
        querystring: listQuery,
        response: { 200: coursePage, 304: notModified, ...problemResponses(400, 404, 503) },
      },
    },
    async (request, reply) => {
      const tenant = await requireStorefront(request, options);
      return sendCached(request, reply, await catalogue.courses(tenant.id, request.query));
    },
  );

  app.get(
    '/api/public/kursus/:id',
    {
      schema: {
        tags: ['tutoring'],
        summary: 'One course',
        headers,
        params,
        response: { 200: courseBody, ...problemResponses(400, 404, 503) },
      },
    },
    async (request) => {
      const tenant = await requireStorefront(request, options);
      const course = await findCourse(db, tenant.id, request.params.id);
      if (course === undefined) {
        throw problem('not-found', { detail: 'There is no such course.' });
      }
      return course;
    },
  );

  app.get(
    '/api/public/mentor',
    {
      schema: {
        tags: ['tutoring'],
        summary: 'Mentors, searched or best rated first',
        headers: listHeaders,
        querystring: listQuery,
        response: { 200: mentorPage, 304: notModified, ...problemResponses(400, 404, 503) },
      },
    },
    async (request, reply) => {
      const tenant = await requireStorefront(request, options);
      return sendCached(request, reply, await catalogue.mentors(tenant.id, request.query));
    },
  );

  app.get(
    '/api/public/mentor/:id',
    {
      schema: {
        tags: ['tutoring'],
        summary: 'One mentor',
        headers,
        params,
        response: { 200: mentorBody, ...problemResponses(400, 404, 503) },
      },
    },
    async (request) => {
      return mentorOr404(await requireStorefront(request, options), request.params.id);
    },
  );

  app.get(
    '/api/public/mentor/:id/jadwal',
    {
      schema: {
        tags: ['tutoring'],
        summary: 'A mentor’s open slots, the next one first',
        headers,
        params,
        querystring: pageQuery,
        response: { 200: slotPage, ...problemResponses(400, 404, 503) },
      },
    },
    async (request) => {
      const tenant = await requireStorefront(request, options);
      const { id } = await mentorOr404(tenant, request.params.id);
      return listOpenSlots(db, tenant, id, request.query, now());
    },
  );

  app.get(
    '/api/public/mentor/:id/testimoni',
    {
      schema: {
        tags: ['tutoring'],
        summary: 'What learners say about a mentor, the newest first',
        headers,
        params,
        querystring: pageQuery,
        response: { 200: reviewPage, ...problemResponses(400, 404, 503) },
      },
    },
    async (request) => {
      const tenant = await requireStorefront(request, options);
      const { id } = await mentorOr404(tenant, request.params.id);
      return listReviews(db, tenant.id, id, request.query);
    },
  );

  async function mentorOr404(tenant: Tenant, id: string): Promise<Mentor> {
    const mentor = await findMentor(db, tenant.id, id);
    if (mentor === undefined) {
      throw problem('not-found', { detail: 'There is no such mentor.' });
    }
    return mentor;
  }
};
