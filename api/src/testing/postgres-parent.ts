// Run as a process of its own by a test, then killed: starts Postgres on the given directory and says its address.
import { setInterval } from 'node:timers';
import { pino } from 'pino';
import { startEmbeddedPostgres } from '../postgres/embedded.ts';

const [, , dataDirectory = ''] = process.argv;
const { url } = await startEmbeddedPostgres({ dataDirectory, logger: pino({ level: 'silent' }) });
process.stdout.write(`${url}\n`);
setInterval(() => process.stdout.write(''), 60_000);
