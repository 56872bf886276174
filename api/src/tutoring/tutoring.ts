import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem, problemResponses } from '../errors/problem.ts';
import type { Database } from '../postgres/database.ts';
import { requireStorefront, type StorefrontOptions } from '../tenants/storefront.ts';
import { courseBody, coursePage, findCourse, listCourses } from './courses.ts';
import { findMentor, listMentors, mentorBody, mentorPage } from './mentors.ts';
import { listQuery } from './page.ts';

const params = z.object({ id: z.string().regex(/^[\w.-]{1,100}$/) });
// Loose: what is validated replaces the request's headers, and the others are wanted too.
const headers = z.looseObject({
  'x-tenant': z.string().optional().describe('Whose courses and mentors; ignored for somebody logged in'),
});

export interface TutoringOptions extends StorefrontOptions {
  readonly database: Database;
}

/** What anybody may see of a tutoring service: its courses and mentors. */
export const tutoring: FastifyPluginAsyncZod<TutoringOptions> = async (app, options) => {
  const { db } = options.database;

  app.get(
    '/api/public/kursus',
    {
      schema: {
        tags: ['tutoring'],
        summary: 'Courses, searched or newest first',
        headers,
        querystring: listQuery,
        response: { 200: coursePage, ...problemResponses(400, 404, 503) },
      },
    },
    async (request) => {
      const tenant = await requireStorefront(request, options);
      return listCourses(db, tenant.id, request.query);
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
        headers,
        querystring: listQuery,
        response: { 200: mentorPage, ...problemResponses(400, 404, 503) },
      },
    },
    async (request) => {
      const tenant = await requireStorefront(request, options);
      return listMentors(db, tenant.id, request.query);
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
      const tenant = await requireStorefront(request, options);
      const mentor = await findMentor(db, tenant.id, request.params.id);
      if (mentor === undefined) {
        throw problem('not-found', { detail: 'There is no such mentor.' });
      }
      return mentor;
    },
  );
};
