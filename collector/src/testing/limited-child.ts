/*
 * A collector whose disk may be made to take nothing: the victim of disk.test.ts, which limits the size of the files that
 * it may write.
 *
 *   limited-child.ts <spool directory>
 *
 * Records as many records as it is told to by message, and answers each message with its status.
 */
import { openCollector } from '../opening.ts';
import { record } from './records.ts';

const [spoolDirectory = ''] = process.argv.slice(2);
const messages: string[] = [];
const tell = (_fields: object, message: string): void => {
  messages.push(message);
};
const collector = await openCollector({
  // Nothing listens there: what is taken stays in the spool.
  store: { kind: 'server', url: 'http://127.0.0.1:9' },
  spoolDirectory,
  instance: 'limited',
  logger: { debug: tell, info: tell, warn: tell, error: tell },
  seal: { maxAgeMs: 600_000 },
});
process.on('message', async (count) => {
  const start = performance.now();
  for (let i = 0; i < Number(count); i += 1) {
    collector.record(record());
  }
  const took = performance.now() - start;
  const synced = await collector.sync().then(
    () => true,
    () => false,
  );
  process.send?.({ ...collector.status(), synced, took, messages });
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
