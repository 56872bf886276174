// Stores what is exported: `generator.ts DIRECTORY ROWS_PER_DAY`. A process of its own, so that what storing takes is no part
// of what the server's memory begins with. Tells when it is done, and ends.
import { join } from 'node:path';
import { openContract } from '../../api/src/billing/contracts.ts';
import { startApplication } from '../../api/src/testing/application.ts';
import { openStore } from '../../collector/src/store/store.ts';
import type { Stored } from './messages.ts';
import { DAYS, recordedMonth, storeRequests, TENANT } from './recorded.ts';

const noLog = { debug: () => undefined, info: () => undefined, warn: console.error, error: console.error };

const [, , directory = '', perDay = ''] = process.argv;
const rowsPerDay = Number(perDay);
const application = await startApplication({ DATA_DIR: directory });
const { from, days } = recordedMonth(new Date());
const tenantId = await application.createTenant(TENANT, ['administrator']);
await openContract(application.services.database.db, {
  tenantId,
  startedOn: days[0] ?? '',
  plan: 'professional',
});
const store = openStore({
  address: { kind: 'embedded', path: join(directory, 'clickhouse') },
  logger: noLog,
});
await storeRequests(store, { from, rowsPerDay });
await store.close();
await application.stop();
process.send?.({ rows: rowsPerDay * DAYS } satisfies Stored);
process.disconnect();
