/*
 * What feeds a rollup: the SELECT of its view, as the latest migration has it. A rebuild uses the same text, so that it
 * cannot make other rows than the view does.
 */
import { readMigrations } from '../store/migrations.ts';

export type Rollup = 'usage_hour' | 'usage_user_day';

/** Stands for itself, so that the statement can be filled in for wherever it runs. */
const TEMPLATE = { database: '{{database}}' };
const RAW = 'FROM {{database}}.requests AS requests';
const NAMED_COLUMN = /\bAS (\w+),?$/;

export interface Feed {
  /** The rollup's columns, in the order of {@link select}. */
  readonly columns: readonly string[];
  /**
   * The view's SELECT over some of the raw rows.
   *
   * @param where a condition on columns of `requests`
   */
  select(where: string): string;
}

/** Reads a rollup's feed. @throws {SyntaxError} when no migration makes its view as is expected here */
export async function feedOf(rollup: Rollup): Promise<Feed> {
  const begin = `CREATE MATERIALIZED VIEW IF NOT EXISTS {{database}}.${rollup}_feed TO {{database}}.${rollup} AS`;
  const view = (await readMigrations(TEMPLATE))
    .flatMap(({ statements }) => statements)
    .findLast((statement) => statement.startsWith(begin));
  const select = view?.slice(begin.length).trim();
  if (select === undefined || select.split(RAW).length !== 2) {
    throw new SyntaxError(`No migration feeds ${rollup} from ${RAW}.`);
  }
  return {
    columns: columnsOf(select),
    // A subquery under the same name: the rest of the text stays what it is.
    select: (where) =>
      select.replace(RAW, `FROM (SELECT * FROM {{database}}.requests WHERE ${where}) AS requests`),
  };
}

/** The names of a SELECT's columns: `a, b` or `… AS name`, up to its FROM. */
function columnsOf(select: string): string[] {
  const list = select.slice('SELECT'.length, select.search(/^FROM/m));
  return list
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .flatMap((line) => {
      const named = NAMED_COLUMN.exec(line)?.[1];
      return named === undefined ? line.split(',').map((name) => name.trim()) : [named];
    })
    .filter((name) => name !== '');
}
