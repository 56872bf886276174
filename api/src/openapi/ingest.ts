import { type IngestRoutesOptions, ingestRoutes } from '@riwayat/collector';
import type { FastifyInstance } from 'fastify';

interface RouteText {
  readonly summary: string;
  readonly description: string;
}

const RESULTS =
  'Answers once all that was taken is on disk. Tells what became of each that was not accepted, or of all with ' +
  '`?results=all`. What has an id may be sent again: it does not count twice.';

/** What the OpenAPI document says of the collector's routes, which know nothing of it. */
const TEXTS: Readonly<Record<string, RouteText>> = {
  '/v1/requests': {
    summary: 'Send request records: NDJSON, one a line, or a JSON array',
    description: `Scope ingest:requests. ${RESULTS}`,
  },
  '/v1/events': {
    summary: 'Send business events: CloudEvents 1.0 over HTTP, structured, batched or binary',
    description: `Scope ingest:events. ${RESULTS}`,
  },
  '/v1/traces': {
    summary: 'Send traces: OTLP/HTTP, JSON or protobuf; spans of HTTP servers become request records',
    description:
      'Scope ingest:traces. Answers as OTLP says, with a partial success when spans were rejected.',
  },
};

/** The collector's ingest routes, described in the OpenAPI document. */
export async function documentedIngest(app: FastifyInstance, options: IngestRoutesOptions): Promise<void> {
  app.addHook('onRoute', function describe(route) {
    const text = TEXTS[route.url];
    if (text !== undefined) {
      // Whoever has a key may send from wherever it is, as fast as the key allows: no cookie counts here.
      route.config = { ...route.config, anyOrigin: true, rate: 'unlimited' };
      route.schema = { ...route.schema, ...text, tags: ['ingest'], security: [{ apiKey: [] }] };
    }
  });
  await app.register(ingestRoutes, options);
}
