// One variant of the application in a process of its own: `server.ts VARIANT DIRECTORY SINK`. Tells its address to
// the parent and ends when the parent goes away.
import fastify from 'fastify';
import { VARIANTS, type VariantName } from './variants.ts';

const [, , name = '', directory = '', sink = ''] = process.argv;

const app = fastify();
const close = await VARIANTS[name as VariantName](app, { directory, sink });
app.get('/hello/:name', async () => ({ hello: 'world' }));
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
process.on('disconnect', async () => {
  await app.close();
  await close();
  process.exit(0);
});
