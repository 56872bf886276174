import fc from 'fast-check';
import { z } from 'zod';
import type { Documented, DocumentedSchema } from './documented.ts';

/** Deeper than this, whatever a schema allows, nothing more is put in. */
const DEEPEST = 6;
const MOST_ITEMS = 4;
/** Long enough to pass most limits of length, short enough to send a thousand of. */
const LONGEST_TEXT = 400;
const FARTHEST = 1_000_000;

const schemas = z.array(z.record(z.string(), z.unknown()));
const properties = z.record(z.string(), z.record(z.string(), z.unknown()));
const rules = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  properties: properties.optional(),
  required: z.array(z.string()).default([]),
  items: z.record(z.string(), z.unknown()).optional(),
  anyOf: schemas.optional(),
  oneOf: schemas.optional(),
  allOf: schemas.optional(),
});
type Rules = z.infer<typeof rules>;

/** What breaks programs that believe what they are sent. */
const HOSTILE: readonly unknown[] = [
  null,
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\r\nset-cookie: a=b',
  '\ud800',
  '\u202egnp.exe',
  "' or '1'='1",
  '"; drop table users; --',
  '%s%n{{7*7}}',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  'x'.repeat(10_000),
  'é'.repeat(300),
  -1,
  0,
  0.1,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 63,
  'NaN',
  '1e999',
  '9999-12-31T23:59:59.999Z',
  '-000001-01-01T00:00:00Z',
  '0001-01-01',
  true,
  [],
  {},
  [[[[[[[[[[]]]]]]]]]],
  { __proto__: null, constructor: { prototype: { polluted: true } } },
];

export const hostile: fc.Arbitrary<unknown> = fc.constantFrom(...HOSTILE);

/** Values that keep a schema's rules, as far as they can be made from them. */
function arbitraryOf(documented: Documented, schema: DocumentedSchema, depth = 0): fc.Arbitrary<unknown> {
  const known = rules.parse(documented.resolved(schema));
  if (depth > DEEPEST) {
    return fc.constant(null);
  }
  if (known.const !== undefined) {
    return fc.constant(known.const);
  }
  if (known.enum !== undefined) {
    return fc.constantFrom(...known.enum);
  }
  const choices = known.anyOf ?? known.oneOf;
  if (choices !== undefined) {
    return fc.oneof(...choices.map((choice) => arbitraryOf(documented, choice, depth + 1)));
  }
  if (known.allOf !== undefined) {
    return fc
      .tuple(...known.allOf.map((part) => arbitraryOf(documented, part, depth + 1)))
      .map((parts) => Object.assign({}, ...parts));
  }
  const types = typeof known.type === 'string' ? [known.type] : (known.type ?? []);
  return types.length === 0
    ? fc.jsonValue({ maxDepth: 2 })
    : fc.oneof(...types.map((type) => ofType(documented, type, known, depth)));
}

/** Mostly what the schema allows; else with one part of it replaced, left out or added; else anything at all. */
export function nearly(documented: Documented, schema: DocumentedSchema): fc.Arbitrary<unknown> {
  const right = arbitraryOf(documented, schema);
  return fc.oneof(
    { weight: 4, arbitrary: right },
    {
      weight: 4,
      arbitrary: fc.tuple(right, fc.nat(), hostile).map(([value, at, evil]) => spoiled(value, at, evil)),
    },
    { weight: 1, arbitrary: hostile },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  );
}

function ofType(documented: Documented, type: string, known: Rules, depth: number): fc.Arbitrary<unknown> {
  switch (type) {
    case 'object': {
      const parts = Object.entries(known.properties ?? {}).map(
        ([name, part]) => [name, arbitraryOf(documented, part, depth + 1)] as const,
      );
      return fc.record(Object.fromEntries(parts), { requiredKeys: known.required, noNullPrototype: true });
    }
    case 'array':
      return fc.array(arbitraryOf(documented, known.items ?? {}, depth + 1), {
        minLength: known.minItems ?? 0,
        maxLength: Math.max(known.minItems ?? 0, Math.min(known.maxItems ?? MOST_ITEMS, MOST_ITEMS)),
      });
    case 'integer':
    case 'number':
      return numbers(known, type === 'integer');
    case 'boolean':
      return fc.boolean();
    case 'string':
      return texts(known);
    default:
      return fc.constant(null);
  }
}

function numbers({ minimum, maximum }: Rules, whole: boolean): fc.Arbitrary<number> {
  const min = Math.ceil(minimum ?? -FARTHEST);
  const max = Math.max(min, Math.floor(Math.min(maximum ?? FARTHEST, Number.MAX_SAFE_INTEGER)));
  return whole ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true });
}

function texts({ format, pattern, minLength = 0, maxLength = LONGEST_TEXT }: Rules): fc.Arbitrary<string> {
  switch (format) {
    case 'email':
      return fc.emailAddress();
    case 'uuid':
      return fc.uuid();
    case 'uri':
      return fc.webUrl();
    case 'date-time':
      return fc
        .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString());
    case 'date':
      return fc
        .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 'yyyy-mm-dd'.length));
    default: {
      const longest = Math.max(minLength, Math.min(maxLength, LONGEST_TEXT));
      const any = fc.string({ unit: 'grapheme', minLength, maxLength: longest });
      const plain = fc.string({ unit: 'grapheme-ascii', minLength, maxLength: longest });
      const fitting = pattern === undefined ? undefined : matching(pattern);
      return fitting === undefined ? fc.oneof(any, plain) : fc.oneof({ weight: 4, arbitrary: fitting }, any);
    }
  }
}

/** Undefined for a pattern that fast-check makes nothing of. */
function matching(pattern: string): fc.Arbitrary<string> | undefined {
  try {
    const made = fc.stringMatching(new RegExp(pattern, 'u'), { maxLength: LONGEST_TEXT });
    fc.sample(made, 1);
    return made;
  } catch {
    return undefined;
  }
}

/** The value with its part at a place replaced; in an object now and then left out, or something added. */
function spoiled(value: unknown, at: number, evil: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return evil;
  }
  if (Array.isArray(value)) {
    const index = at % (value.length + 1);
    return index === value.length
      ? [...value, evil]
      : value.map((part, place) => (place === index ? spoiled(part, at >> 1, evil) : part));
  }
  const names = Object.keys(value);
  const name = names[at % (names.length + 1)];
  if (name === undefined) {
    return { ...value, unexpected: evil };
  }
  const entries = Object.entries(value);
  return Object.fromEntries(
    at % 5 === 0
      ? entries.filter(([other]) => other !== name)
      : entries.map(([other, part]) => [other, other === name ? spoiled(part, at >> 1, evil) : part]),
  );
}
