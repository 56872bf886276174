// Writes the OpenAPI document to api/openapi.json: `npm run openapi` after a route has changed.
import { writeFile } from 'node:fs/promises';
import { startApplication } from '../testing/application.ts';

const application = await startApplication();
try {
  const document = (await application.app.inject('/api-docs/json')).json();
  await writeFile(new URL('../../openapi.json', import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
} finally {
  await application.stop();
}
process.exit(0);
