// Run as a process of its own by a test, then killed: takes a job of "greet" from the database at the address, says so, and never ends it.
import { pino } from 'pino';
import { z } from 'zod';
import { jobHandler } from '../jobs/handler.ts';
import { startJobs } from '../jobs/jobs.ts';
import { openDatabase } from '../postgres/database.ts';

const [, , url = ''] = process.argv;
const logger = pino({ level: 'silent' });
const greet = { name: 'greet', payload: z.object({ name: z.string() }) };
startJobs({
  database: await openDatabase({ url, logger, maxConnections: 2 }),
  url,
  handlers: [
    jobHandler(greet, ({ name }) => {
      process.stdout.write(`taken: ${name}\n`);
      return new Promise(() => undefined);
    }),
  ],
  schedules: [],
  logger,
  work: true,
  intervals: { beatMs: 200 },
});
