import { expect, it } from 'vitest';
import { traceIdOf } from './traceparent.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

it.each([
  ['a valid header', `00-${TRACE}-${PARENT}-01`, TRACE],
  ['a later version with more fields', `01-${TRACE}-${PARENT}-01-more`, TRACE],
  ['no header', undefined, ''],
  ['the forbidden version', `ff-${TRACE}-${PARENT}-01`, ''],
  ['more fields in version 00', `00-${TRACE}-${PARENT}-01-more`, ''],
  ['upper-case digits', `00-${TRACE.toUpperCase()}-${PARENT}-01`, ''],
  ['an all-zero trace id', `00-${'0'.repeat(32)}-${PARENT}-01`, ''],
  ['an all-zero parent id', `00-${TRACE}-${'0'.repeat(16)}-01`, ''],
  ['anything else', 'hello', ''],
])('reads the trace id of %s', (_what, header, expected) => {
  expect(traceIdOf(header)).toBe(expected);
});
