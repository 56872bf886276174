// One variant of the application in a process of its own: `server.ts VARIANT DIRECTORY SINK POSTGRES`. Tells its address
// to the parent, says what it used when asked, and ends when the parent goes away.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import fastify from 'fastify';
import { openDatabase } from '../../api/src/postgres/database.ts';
import { silent } from '../../api/src/testing/postgres.ts';
import type { Question, Used } from './messages.ts';
import { VARIANTS, type VariantName } from './variants.ts';

const RESOLUTION_MS = 1;
const NANOSECONDS_PER_MS = 1e6;
const PERCENTILE = 99;

const [, , name = '', directory = '', sink = '', postgres = ''] = process.argv;

const app = fastify();
const { db, close: closeDatabase } = await openDatabase({ url: postgres, logger: silent });
const close = await VARIANTS[name as VariantName](app, { directory, sink });
app.get('/hello/:name', async () => ({ hello: 'world' }));
app.get<{ Params: { id: string } }>('/tenants/:id', async ({ params }) =>
  db
    .selectFrom('tenants')
    .select(['id', 'name', 'timezone', 'locale'])
    .where('id', '=', params.id)
    .executeTakeFirstOrThrow(),
);

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let before = process.cpuUsage();

function begin(): Used {
  before = process.cpuUsage();
  delay.reset();
  delay.enable();
  return { cpu: 0, delayP99: 0 };
}

function end(): Used {
  const { user, system } = process.cpuUsage(before);
  delay.disable();
  return {
    cpu: user + system,
    delayP99: Math.max(0, delay.percentile(PERCENTILE) / NANOSECONDS_PER_MS - RESOLUTION_MS),
  };
}

process.on('message', (question: Question) => process.send?.(question === 'begin' ? begin() : end()));
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
process.on('disconnect', async () => {
  await app.close();
  await close();
  await closeDatabase();
  process.exit(0);
});
