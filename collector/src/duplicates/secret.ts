import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'event-keys.secret';
const SECRET_BYTES = 32;
const OWNER_ONLY = 0o600;

/**
 * The secret that a spool directory's event keys are made with; made at the first use. Without the one that keys
 * were made with, events of before are not known again.
 *
 * @throws the file system's error
 */
export async function directorySecret(directory: string): Promise<Buffer> {
  const path = join(directory, FILE);
  const found = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  });
  if (found?.length === SECRET_BYTES) {
    return found;
  }
  const secret = randomBytes(SECRET_BYTES);
  const file = await open(`${path}.new`, 'w', OWNER_ONLY);
  try {
    await file.writeFile(secret);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  return secret;
}
