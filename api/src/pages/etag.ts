import type { FastifyReply } from 'fastify';
import { problem } from '../errors/problem.ts';
import type { Basis } from './pages.ts';
import type { Page } from './reading.ts';

/** Of a draft: the page's id, which a deleted page of the same slug had not, and the version. */
const ETAG = /^"(\d{1,19})\.(\d{1,10})"$/;

/** Says which version a draft is: what a client sends back when it saves. */
export function noteEtag(reply: Pick<FastifyReply, 'header'>, { id, latest_version }: Page): void {
  reply.header('etag', `"${id}.${latest_version}"`);
}

/**
 * What a change was made of, by the If-Match of the request.
 *
 * @throws {ProblemError} `precondition-required` when the client does not say; `page-changed` for what no page ever was
 */
export function basisOf(ifMatch: string | undefined): Basis {
  if (ifMatch === undefined) {
    throw problem('precondition-required', {
      detail:
        'Send the ETag of the version that you changed as If-Match, or * to save over whatever is there.',
    });
  }
  if (ifMatch.trim() === '*') {
    return 'any';
  }
  const [, pageId, version] = ETAG.exec(ifMatch.trim()) ?? [];
  if (pageId === undefined || version === undefined) {
    throw problem('page-changed', {
      detail: 'If-Match is not the ETag of a version of this page: read it again.',
    });
  }
  return { pageId, version: Number(version) };
}
