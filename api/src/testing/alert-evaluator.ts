// Run as a process of its own by a test, then killed or frozen: evaluates alerts of the database at the address, under the name given. Says so before it commits.
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { startEvaluator } from '../alerts/evaluator/evaluator.ts';
import { openDatabase } from '../postgres/database.ts';
import { tabledReader, tabledTelling } from './alert-tables.ts';

const [, , url = '', instance = '', pace = ''] = process.argv;
const logger = pino({ level: 'silent' });
const { db } = await openDatabase({ url, logger, maxConnections: 2 });
/** Long enough to be killed within. */
const BEFORE_COMMIT_MS = 40;
startEvaluator({
  db,
  readers: [tabledReader(db)],
  telling: tabledTelling(async () => {
    process.stdout.write(`${instance} tells\n`);
    await delay(BEFORE_COMMIT_MS);
  }),
  instance,
  logger,
  ...(pace === 'fast' && { intervals: { roundMs: 50, standByMs: 50, leaseMs: 500 } }),
});
process.stdout.write(`${instance} started\n`);
// The loop itself does not keep a process running.
setInterval(() => undefined, 1_000);
