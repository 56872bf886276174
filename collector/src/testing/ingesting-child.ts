/*
 * Takes events without end until it is killed: the victim of intake.test.ts.
 *
 *   ingesting-child.ts <store directory> <spool directory>
 *
 * Writes one line to the standard output for each batch that was confirmed: how many events had been by then. Event n
 * has the id n.
 */
import { openCollector } from '../opening.ts';
import { businessEvent } from './events.ts';
import { tenantId } from './records.ts';

const BATCH = 500;
const [path = '', spoolDirectory = ''] = process.argv.slice(2);
const quiet = (): void => undefined;
const collector = await openCollector({
  store: { kind: 'embedded', path },
  spoolDirectory,
  instance: 'child',
  seal: { maxAgeMs: 100 },
  logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
});
for (let sent = 0; ; sent += BATCH) {
  await collector.ingest(
    tenantId('shop'),
    Array.from({ length: BATCH }, (_, i) => businessEvent('shop', String(sent + i))),
  );
  process.stdout.write(`${sent + BATCH}\n`);
}
