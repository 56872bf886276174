import { problem } from '../../errors/problem.ts';
import type { RuleBasis } from './rules.ts';

const ETAG = /^"(\d{1,9})"$/;

/** A version of a rule as clients send it back. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Which version a change was made of, by the If-Match of the request.
 *
 * @throws {ProblemError} `precondition-required` when the client does not say; `alert-rule-changed` for what is no version
 */
export function basisOf(ifMatch: string | undefined): RuleBasis {
  if (ifMatch === undefined) {
    throw problem('precondition-required', {
      detail: 'Send the ETag of the rule that you changed as If-Match, or * to change whatever there is.',
    });
  }
  if (ifMatch.trim() === '*') {
    return 'any';
  }
  const [, version] = ETAG.exec(ifMatch.trim()) ?? [];
  if (version === undefined) {
    throw problem('alert-rule-changed', {
      detail: 'If-Match is not the ETag of a version of this rule: read it again.',
    });
  }
  return Number(version);
}
