/** Rows that are read at once. */
export const PAGE_ROWS = 1_000;

interface Row {
  readonly id: string;
}

/** @param page the rows whose id is after another, in the order of their ids: {@link PAGE_ROWS} at most */
export async function* named<Found extends Row>(
  record: string,
  page: (after: string) => Promise<Found[]>,
): AsyncGenerator<object> {
  let after = '';
  for (;;) {
    const rows = await page(after);
    for (const row of rows) {
      yield { record, ...row };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) {
      return;
    }
    after = last.id;
  }
}
