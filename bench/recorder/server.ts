// One variant of the application in a process of its own: `server.ts VARIANT DIRECTORY`. Tells its port to the
// parent and ends when the parent says so or goes away.
import fastify from 'fastify';
import { VARIANTS, type VariantName } from './variants.ts';

const [, , name = '', directory = ''] = process.argv;

async function main(): Promise<void> {
  const app = fastify();
  const close = await VARIANTS[name as VariantName](app, directory);
  app.get('/hello/:name', async () => ({ hello: 'world' }));
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  process.send?.({ port: new URL(address).port });
  const stop = async (): Promise<void> => {
    await app.close();
    await close();
    process.exit(0);
  };
  process.on('message', () => void stop());
  process.on('disconnect', () => void stop());
}

await main();
