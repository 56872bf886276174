import multipart from '@fastify/multipart';
import fastifyPlugin from 'fastify-plugin';
import { z } from 'zod';

/** Value of a route's `schema.consumes` that takes uploads. */
export const MULTIPART = 'multipart/form-data';

/**
 * For the plugin whose routes take uploads: register it there, and in no scope around it, as other routes do not take
 * forms. The body of a route with `consumes: [MULTIPART]` is documented by its schema and read by `receiveUpload`.
 */
export const uploads = fastifyPlugin(
  async (app) => {
    const validated = app.validatorCompiler;
    app.addHook('onRoute', function leaveBodyToStream(route) {
      if (route.schema?.consumes?.includes(MULTIPART)) {
        route.validatorCompiler = (part) =>
          validated === undefined || part.httpPart === 'body' ? () => true : validated(part);
      }
    });
    await app.register(multipart);
  },
  { name: 'uploads' },
);

/**
 * The documented body of an upload: the form's fields, and its file.
 *
 * @param fields the same that `receiveUpload` is given
 * @param file what the file may be, for people
 */
export function uploadBody<Shape extends z.ZodRawShape>(fields: z.ZodObject<Shape>, file: string) {
  return z.object({ ...fields.shape, file: z.file().describe(file) });
}
