import { z } from 'zod';
import { PROBLEMS, type ProblemCode, type ProblemKind } from './catalogue.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** One field that broke a rule. */
export interface FieldProblem {
  /** Where it is: `body.email`, `query.limit`, `params.id`. */
  readonly path: string;
  /** The rule that was broken, as a word that does not change: `too_small`, `invalid_type`. */
  readonly rule?: string | undefined;
  readonly message: string;
}

/** What may be said about one occurrence of a problem. */
export interface ProblemOccurrence {
  /** Replaces the catalogue's detail. Shown to the client: never a stack, SQL or somebody else's data. */
  readonly detail?: string;
  readonly errors?: readonly FieldProblem[];
  /** Whole seconds after which trying again makes sense; becomes the Retry-After header. */
  readonly retryAfterSeconds?: number;
  /** Challenge of a 401, for the WWW-Authenticate header (RFC 9110, 11.6.1). */
  readonly challenge?: string;
  readonly cause?: unknown;
}

/** The shape of every error answer (RFC 9457), for the OpenAPI document. */
export const problemSchema = z
  .object({
    type: z.string().describe('A name for the kind of problem: urn:riwayat:problem:<code>'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What happened and what to do next'),
    code: z.string().describe('Stable: branch on this'),
    instance: z.string().optional().describe('The request it happened in: urn:riwayat:request:<id>'),
    errors: z
      .array(z.object({ path: z.string(), rule: z.string().optional(), message: z.string() }))
      .optional()
      .describe('The fields that broke a rule'),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457)' });

export type ProblemDocument = z.infer<typeof problemSchema>;

/** A problem to throw: the `problemDocuments` plugin turns it into the answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly occurrence: ProblemOccurrence;

  constructor(code: ProblemCode, occurrence: ProblemOccurrence = {}) {
    super(occurrence.detail ?? PROBLEMS[code].detail, { cause: occurrence.cause });
    this.code = code;
    this.occurrence = occurrence;
  }

  /** HTTP status of the answer. Also read by Fastify, and by whoever records it. */
  get statusCode(): number {
    return PROBLEMS[this.code].status;
  }

  /**
   * The document to send.
   *
   * @param instance names the request, `urn:riwayat:request:<id>`
   */
  document(instance: string): ProblemDocument {
    const { status, title, detail }: ProblemKind = PROBLEMS[this.code];
    const { errors } = this.occurrence;
    return {
      type: `urn:riwayat:problem:${this.code}`,
      title,
      status,
      detail: this.occurrence.detail ?? detail,
      code: this.code,
      instance,
      ...(errors && { errors: errors.map((field) => ({ ...field })) }),
    };
  }
}

/** A problem of the catalogue, to throw. */
export function problem(code: ProblemCode, occurrence?: ProblemOccurrence): ProblemError {
  return new ProblemError(code, occurrence);
}

type Status = (typeof PROBLEMS)[ProblemCode]['status'];
const problemResponse = {
  description: 'A problem document',
  content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } },
} as const;

/**
 * Response schemas for a route's problems, to spread into its `schema.response`.
 *
 * @example response: { 200: body, ...problemResponses(400, 401) }
 */
export function problemResponses<S extends Status>(...statuses: S[]): Record<S, typeof problemResponse> {
  const responses: Partial<Record<Status, typeof problemResponse>> = {};
  for (const status of statuses) {
    responses[status] = problemResponse;
  }
  return responses as Record<S, typeof problemResponse>;
}
