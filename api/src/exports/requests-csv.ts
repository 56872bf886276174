import type { RecordedRequest } from '@riwayat/collector';
import { type CsvCell, csvHead, csvRows } from '../documents/csv.ts';
import type { Sections } from '../usage/detailed.ts';

type Columns = Readonly<Record<string, (request: RecordedRequest) => CsvCell>>;

/** What everybody sees who sees usage at all. */
const OF_ALL: Columns = {
  time: ({ time }) => time,
  local_day: ({ localDay }) => localDay,
  status: ({ status }) => status,
  outcome: ({ outcome }) => outcome,
  kind: ({ kind }) => kind,
  cache: ({ cache }) => cache,
  duration_us: ({ duration }) => duration,
  bytes_in: ({ bytesIn }) => bytesIn,
  bytes_out: ({ bytesOut }) => bytesOut,
  cpu_us: ({ cpu }) => cpu,
  memory_kb_ms: ({ memory }) => memory,
};

const OF_ENDPOINTS: Columns = {
  method: ({ method }) => method,
  endpoint: ({ endpoint }) => endpoint,
};

const OF_PEOPLE: Columns = {
  user_id: ({ userId }) => userId,
  user_role: ({ userRole }) => userRole,
  session_id: ({ sessionId }) => sessionId,
  trace_id: ({ traceId }) => traceId,
};

/**
 * Recorded requests as CSV, piece by piece: no more is in memory than the page that is being written.
 *
 * @param sections which columns somebody may see
 */
export async function* requestsCsv(
  pages: AsyncIterable<readonly RecordedRequest[]>,
  sections: Sections,
): AsyncGenerator<string, void, undefined> {
  const columns: Columns = {
    ...OF_ALL,
    ...(sections.endpoints && OF_ENDPOINTS),
    ...(sections.people && OF_PEOPLE),
  };
  const cells = Object.values(columns);
  yield csvHead(Object.keys(columns));
  for await (const page of pages) {
    yield csvRows(page.map((request) => cells.map((cell) => cell(request))));
  }
}
