// Run as a process of its own by a test that limits the size of the files it may write: `limited-store.ts DIRECTORY BYTES…`.
// Keeps a file of each size, and says what became of it, a line each.
import { Readable } from 'node:stream';
import { DiskFileStore } from '../files/disk-store.ts';
import { DownloadLinks } from '../files/download-link.ts';
import { newFileKey } from '../files/file-key.ts';
import { tenantRow } from '../tenants/tenant.ts';

const CHUNK_BYTES = 16 * 1024;

const [, , directory = '', ...sizes] = process.argv;
const store = await DiskFileStore.open({ directory, links: new DownloadLinks({ secret: 'of no use here' }) });
const tenant = tenantRow.shape.id.parse('ours');

function* chunks(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
    yield Buffer.alloc(Math.min(left, CHUNK_BYTES));
  }
}

for (const size of sizes) {
  const content = Readable.from(chunks(Number(size)), { objectMode: false });
  const outcome = await store.write(newFileKey(tenant, 'tests', 'pdf'), content, 'application/pdf').then(
    () => 'kept',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );
  process.stdout.write(`${outcome}\n`);
}
