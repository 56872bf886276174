import { z } from 'zod';

/** A JSON Schema, as the OpenAPI document has it. */
export type DocumentedSchema = Readonly<Record<string, unknown>>;

const COMPONENTS = '#/components/schemas/';
/** Where a schema may refer to outside of OpenAPI. */
const DEFINITIONS = '#/$defs/';

const schema = z.record(z.string(), z.unknown());
const content = z.record(
  z.string(),
  z.object({
    schema,
    example: z.unknown().optional(),
    examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
  }),
);
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()).min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  'x-permission': z.array(z.string()).optional(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.enum(['path', 'query', 'header', 'cookie']),
        required: z.boolean().optional(),
        schema,
      }),
    )
    .default([]),
  requestBody: z.object({ required: z.boolean().optional(), content }).optional(),
  responses: z.record(
    z.string(),
    z.object({ description: z.string(), content: content.optional(), headers: schema.optional() }),
  ),
});

const documentShape = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.object({ url: z.string() })).min(1),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema), securitySchemes: schema }),
});

export type DocumentedOperation = z.infer<typeof operation>;

/** An operation of the document, and where it is. */
export interface DocumentedRoute {
  /** `POST /api/v1/tenant/keys/{id}/rotate`. */
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly operation: DocumentedOperation;
}

/** The OpenAPI document, read. */
export class Documented {
  readonly document: z.infer<typeof documentShape>;
  readonly #rules = new WeakMap<DocumentedSchema, z.ZodType>();

  /** @throws {z.ZodError} when an operation lacks what every operation must have */
  constructor(json: unknown) {
    this.document = documentShape.parse(json);
  }

  get routes(): DocumentedRoute[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, found]) => ({
        route: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        operation: found,
      })),
    );
  }

  /** The schema itself, or the one that it refers to. */
  resolved(of: DocumentedSchema): DocumentedSchema {
    const reference = of['$ref'];
    return typeof reference === 'string'
      ? (this.document.components.schemas[reference.replace(COMPONENTS, '')] ?? of)
      : of;
  }

  /** The examples of a JSON body, wherever the document has them. */
  examples({ requestBody }: DocumentedOperation): unknown[] {
    const body = requestBody?.content['application/json'];
    const { examples } = body === undefined ? {} : this.resolved(body.schema);
    return [
      ...(body?.example === undefined ? [] : [body.example]),
      ...Object.values(body?.examples ?? {}).map(({ value }) => value),
      ...(Array.isArray(examples) ? examples : []),
    ];
  }

  /** What judges a value by the schema. */
  rules(of: DocumentedSchema): z.ZodType {
    const known = this.#rules.get(of);
    if (known !== undefined) {
      return known;
    }
    const text = JSON.stringify({ ...of, $defs: this.document.components.schemas });
    const made = z.fromJSONSchema(
      schema.parse(JSON.parse(text.replaceAll(COMPONENTS, DEFINITIONS), withoutUnicodePatterns)),
    );
    this.#rules.set(of, made);
    return made;
  }
}

/** Patterns are Unicode's in JSON Schema (2020-12, 6.4); zod reads them without, and takes `\\P{Cc}` for a letter P. */
function withoutUnicodePatterns(key: string, value: unknown): unknown {
  return key === 'pattern' && typeof value === 'string' && /\\p\{/i.test(value) ? undefined : value;
}
