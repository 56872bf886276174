import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { INGEST_OPERATIONS } from './ingest.ts';

type GatheredDocument = Parameters<typeof jsonSchemaTransformObject>[0];
type CompleteDocument = ReturnType<typeof jsonSchemaTransformObject>;

const RETRY_AFTER = {
  description: 'Whole seconds after which trying again makes sense',
  schema: { type: 'integer', minimum: 1 },
} as const;
const RATE_HEADERS = {
  'RateLimit-Limit': {
    description: 'How many requests of this kind may be made in a minute',
    schema: { type: 'integer', minimum: 0 },
  },
  'RateLimit-Remaining': {
    description: 'How many of them are left',
    schema: { type: 'integer', minimum: 0 },
  },
  'RateLimit-Reset': {
    description: 'Whole seconds until the minute is over, and all may be made again',
    schema: { type: 'integer', minimum: 1 },
  },
} as const;
/** Headers that answers of a status carry, whichever route gives them. */
const HEADERS_BY_STATUS: Readonly<Record<string, object>> = {
  429: { 'Retry-After': RETRY_AFTER, ...RATE_HEADERS },
  503: { 'Retry-After': RETRY_AFTER },
};

/**
 * The gathered document, with what routes' schemas cannot say: headers of answers, and the collector's routes, which
 * have none.
 */
export function completeDocument(gathered: GatheredDocument): CompleteDocument {
  const document = jsonSchemaTransformObject(gathered);
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const operation of operationsOf(item)) {
      Object.assign(operation, INGEST_OPERATIONS[path]);
      for (const [status, answer] of Object.entries(operation.responses ?? {})) {
        const headers = HEADERS_BY_STATUS[status];
        if (headers !== undefined) {
          Object.assign(answer, { headers });
        }
      }
    }
  }
  return document;
}

interface Operation {
  readonly responses?: Readonly<Record<string, object>>;
}

function operationsOf(item: object | undefined): Operation[] {
  return Object.values(item ?? {}).filter(
    (operation) => typeof operation === 'object' && operation !== null && 'responses' in operation,
  );
}
