/*
 * Records without end until it is killed: the victim of crash.test.ts.
 *
 *   recording-child.ts <store directory> <spool directory>
 *
 * Writes one line to the standard output for each group known to be on disk: how many records it had taken by then.
 */
import { openCollector } from '../collector.ts';
import { record, tenantId } from './records.ts';

const [path = '', spoolDirectory = ''] = process.argv.slice(2);
const quiet = (): void => undefined;
const collector = await openCollector({
  store: { kind: 'embedded', path },
  spoolDirectory,
  instance: 'child',
  logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
});
let taken = 0;
for (;;) {
  for (let i = 0; i < 200; i += 1) {
    collector.record(record({ tenantId: tenantId('crash'), requestId: BigInt(taken) }));
    taken += 1;
  }
  const upTo = taken;
  await collector.sync();
  process.stdout.write(`${upTo}\n`);
}
