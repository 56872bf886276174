import { readFileSync } from 'node:fs';
import { type Rule, ruleSchema } from '@riwayat/alerting';
import { z } from 'zod';
import { isSimulated, SIMULATED_SIGNALS } from './month-signals.ts';

/** A rule to try, and what it is called. */
export interface NamedRule {
  readonly name: string;
  readonly rule: Rule;
}

/** A file of rules cannot be used; the message says where, and what would do. */
export class RuleFileError extends Error {
  override readonly name = 'RuleFileError';
}

const MOST_RULES = 50;
const LONGEST_NAME = 100;

const namedRule = z
  .strictObject({ name: z.string().trim().min(1).max(LONGEST_NAME), rule: ruleSchema })
  .superRefine(({ rule }, context) => {
    if (!isSimulated(rule)) {
      context.addIssue({
        code: 'custom',
        path: ['rule', 'signal'],
        message: `is not simulated; a month has ${SIMULATED_SIGNALS.join(', ')}`,
      });
    }
  });
const ruleFile = z.union([namedRule.transform((one) => [one]), z.array(namedRule).min(1).max(MOST_RULES)]);

/**
 * Reads rules: one `{"name", "rule"}` as the API takes it, or a list of them.
 *
 * @throws {RuleFileError}
 */
export function readRuleFile(path: string): readonly NamedRule[] {
  const content = contentOf(path);
  // Of a list, what is wrong with its rules is said, and not that it is no rule itself.
  const parsed = (Array.isArray(content) ? ruleFile.options[1] : ruleFile.options[0]).safeParse(content);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      ({ path: place, message }) => `${path}: ${place.map(String).join('.') || 'the file'}: ${message}`,
    );
    throw new RuleFileError(lines.join('\n'));
  }
  return parsed.data;
}

function contentOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why =
      error instanceof SyntaxError ? `is no JSON: ${error.message}` : `cannot be read (${codeOf(error)})`;
    throw new RuleFileError(`${path} ${why}.`, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
