import type { RecordedColumn } from '@riwayat/collector';
import type { Sections } from '../usage/detailed.ts';

/** What everybody sees who sees usage at all. */
const OF_ALL: readonly RecordedColumn[] = [
  'time',
  'local_day',
  'status',
  'outcome',
  'kind',
  'cache',
  'duration_us',
  'bytes_in',
  'bytes_out',
  'cpu_us',
  'memory_kb_ms',
];

const OF_ENDPOINTS: readonly RecordedColumn[] = ['method', 'endpoint'];

const OF_PEOPLE: readonly RecordedColumn[] = ['user_id', 'user_role', 'session_id', 'trace_id'];

/**
 * The columns of recorded requests.
 *
 * @param sections what somebody may see
 */
export function requestColumns(sections: Sections): readonly RecordedColumn[] {
  return [...OF_ALL, ...(sections.endpoints ? OF_ENDPOINTS : []), ...(sections.people ? OF_PEOPLE : [])];
}
