const VERSION_00 = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;
const LATER_VERSION = /^(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/;
const ALL_ZERO = /^0+$/;

/**
 * The trace id of a `traceparent` header, 32 hex digits, or an empty string for a header that is absent or not
 * valid by W3C Trace Context level 1 (section 3.2: lower-case hex, no all-zero ids, version ff forbidden, and
 * later versions may carry more fields at the end).
 */
export function traceIdOf(traceparent: string | undefined): string {
  if (traceparent === undefined) {
    return '';
  }
  const [, traceId = '', parentId = ''] =
    VERSION_00.exec(traceparent) ?? LATER_VERSION.exec(traceparent) ?? [];
  return ALL_ZERO.test(traceId) || ALL_ZERO.test(parentId) ? '' : traceId;
}
