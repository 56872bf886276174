/*
 * The same SQL on one node and on a cluster.
 *
 * SQL names a table as `{{database}}.requests`, or as `{{local:requests}}` where it must be the table that keeps the
 * rows, and has `{{on_cluster}}` where a statement is for every node.
 *
 *   on one node   {{database}}.requests    the table
 *   on a cluster  {{local:requests}}       requests_local on every node: one shard's rows, replicated
 *                 {{database}}.requests    Distributed over the shards: what is read and inserted into
 *
 * What always holds: all rows of a tenant are on one shard, the one of cityHash64(tenant_id), so whatever is within a
 * tenant is within a shard; rollups are fed on the shard that keeps the raw rows. Migrations name tables only; what a
 * cluster needs beyond is derived from them here, so that there is one text of each, and one checksum.
 */

/** Which tables there are, and how they are named. */
export interface Layout {
  readonly database: string;
  /** Name of the cluster in the servers' configuration; none for one node. */
  readonly cluster?: string;
}

/** A week: a sender that comes back after days must still be known. The server's default is an hour. */
const DEDUPLICATION_SECONDS = 604_800;
const LOCAL_SUFFIX = '_local';
const CREATED_TABLE = /^CREATE TABLE IF NOT EXISTS \{\{database\}\}\.(\w+)/;
const DROPPED_TABLE = /^DROP TABLE IF EXISTS \{\{database\}\}\.(\w+)/;
const ALTERED_TABLE = /^ALTER TABLE \{\{database\}\}\.(\w+)/;
const FIRST_KEY_COLUMN = /^ORDER BY \(?(\w+)/m;

/** Fills in a statement that is not a migration's. */
export function fillIn(sql: string, layout: Layout): string {
  return withCluster(sql, layout)
    .replaceAll(/\{\{local:(\w+)\}\}/g, (_, table: string) => localTable(table, layout))
    .replaceAll('{{database}}', layout.database);
}

/** Settings of an insert: on a cluster it is acknowledged when a majority of each shard's replicas have it. */
export function insertSettings({ cluster }: Layout): string {
  return cluster === undefined
    ? ''
    : ", distributed_foreground_insert = 1, insert_quorum = 'auto', insert_quorum_parallel = 1";
}

/** Settings of a read: on a cluster, a tenant's questions go to the tenant's shard alone. */
export function readSettings({ cluster }: Layout): string {
  return cluster === undefined ? '' : ', optimize_skip_unused_shards = 1';
}

/** What makes the database and the table that remembers migrations. */
export function foundation(layout: Layout): string[] {
  const { database, cluster } = layout;
  // Every node, of whichever shard, keeps all of it: one path for all.
  const engine =
    cluster === undefined
      ? 'MergeTree'
      : `ReplicatedMergeTree('/clickhouse/tables/all/${database}/schema_migrations', '{shard}-{replica}')`;
  return [
    fillIn('CREATE DATABASE IF NOT EXISTS {{database}} {{on_cluster}}', layout),
    fillIn(
      `CREATE TABLE IF NOT EXISTS {{database}}.schema_migrations {{on_cluster}}
       (version UInt32, name String, checksum String, applied_at DateTime('UTC') DEFAULT now())
       ENGINE = ${engine} ORDER BY version`,
      layout,
    ),
  ];
}

/** The statements of all migrations, from the first, as they run: a later one may name an earlier one's table. */
export class MigrationSql {
  readonly #layout: Layout;
  readonly #tables = new Set<string>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** What one statement of a migration becomes. Statements are to be given in order. */
  statements(template: string): string[] {
    const { cluster, database } = this.#layout;
    if (cluster === undefined) {
      return [fillIn(template.replace(/\{\{engine:(\w+)\}\}/g, '$1'), this.#layout)];
    }
    if (template.startsWith('INSERT')) {
      // Brings the rows of an earlier version up to date, and there was no version for clusters before this one.
      return [];
    }
    const created = CREATED_TABLE.exec(template)?.[1];
    if (created !== undefined) {
      this.#tables.add(created);
      return [this.#local(replicated(template, created, database)), this.#distributed(created, template)];
    }
    const dropped = DROPPED_TABLE.exec(template)?.[1];
    if (dropped !== undefined) {
      // The distributed one first: it is never there without the one it reads.
      const both = [fillIn(template, this.#layout), this.#local(template)];
      this.#tables.delete(dropped);
      return both;
    }
    const altered = ALTERED_TABLE.exec(template)?.[1];
    const local = this.#local(template);
    // A column is there when it is in both; everything else of a table is the local one's alone.
    return altered !== undefined && this.#tables.has(altered) && template.includes('ADD COLUMN')
      ? [local, fillIn(template, this.#layout)]
      : [local];
  }

  #local(template: string): string {
    const named = template.replaceAll(/\{\{database\}\}\.(\w+)/g, (whole, name: string) =>
      this.#tables.has(name) ? `{{local:${name}}}` : whole,
    );
    return fillIn(named, this.#layout);
  }

  /** Sharded by the first column of the key: the tenant, where there is one. */
  #distributed(table: string, template: string): string {
    const { database, cluster = '' } = this.#layout;
    const column = FIRST_KEY_COLUMN.exec(template)?.[1];
    if (column === undefined) {
      throw new SyntaxError(`The migration's table ${table} has no ORDER BY at the beginning of a line.`);
    }
    return fillIn(
      `CREATE TABLE IF NOT EXISTS {{database}}.${table} {{on_cluster}} AS {{local:${table}}}
ENGINE = Distributed(${quoted(cluster)}, ${quoted(database)}, ${quoted(table + LOCAL_SUFFIX)}, cityHash64(${column}))`,
      this.#layout,
    );
  }
}

function replicated(template: string, table: string, database: string): string {
  return template
    .replace(
      /\{\{engine:(\w+)\}\}/,
      `Replicated$1('/clickhouse/tables/{shard}/${database}/${table}', '{replica}')`,
    )
    .replace(
      /non_replicated_deduplication_window = (\d+)/,
      `replicated_deduplication_window = $1, replicated_deduplication_window_seconds = ${DEDUPLICATION_SECONDS}`,
    );
}

function withCluster(sql: string, { cluster }: Layout): string {
  return cluster === undefined
    ? sql.replaceAll(' {{on_cluster}}', '')
    : sql.replaceAll('{{on_cluster}}', `ON CLUSTER ${quoted(cluster)}`);
}

/** Where the rows are. */
function localTable(table: string, { database, cluster }: Layout): string {
  return `${database}.${table}${cluster === undefined ? '' : LOCAL_SUFFIX}`;
}

function quoted(name: string): string {
  return `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
