/*
 * One person's data taken out of what is stored.
 *
 * What always holds: nothing is counted otherwise afterwards: requests and events stay as rows, without whom they were
 * of, and a reading of a meter keeps its value, so that counts, rollups and bills stay what they were; what is left is proved by a count. Each step can be made
 * again, and a call that was cut short is finished by the next: the person's rows of the rollup, which tell the days
 * that are to be made anew, go last.
 */
import { z } from 'zod';
import { METER_TYPE_PREFIX } from '../ingest/meter-reading.ts';
import { dayDifferences } from '../ledger/differences.ts';
import type { RollupRepair } from '../rollups/repair.ts';
import type { Change, Store } from '../store/store.ts';
import type { TenantScope } from '../usage/tenant-scope.ts';
import type { Pseudonyms } from './pseudonyms.ts';

export interface ErasureOptions {
  readonly store: Pick<Store, 'select' | 'change'>;
  readonly repair: Pick<RollupRepair, 'repairDays'>;
  /** Finds a person under a pseudonym too, whatever the tenant's policy is today. */
  readonly pseudonyms: Pseudonyms;
  /** Resolves when all that was taken in is stored. */
  readonly drain: () => Promise<void>;
}

/** How many rows name a person. */
export interface PersonRows {
  readonly requests: number;
  readonly events: number;
  readonly rejected: number;
  /** Of the rollup by person and day. */
  readonly usage: number;
}

/** Counts by the same query, before and after. After is all zeros unless the person came back meanwhile. */
export interface ErasureProof {
  readonly before: PersonRows;
  readonly after: PersonRows;
}

/** Of a session, the rows from before the person was known: looked for so many sessions at a time. */
const SESSIONS_AT_ONCE = 500;

const whole = z.union([z.string(), z.number()]).transform(Number).refine(Number.isSafeInteger);
const rowsRow = z.object({ requests: whole, events: whole, rejected: whole, usage: whole });
const sessionRow = z.object({ sessionId: z.string() });
const dayRow = z.object({ day: z.string() });

const OF_PERSON = 'tenant_id = {tenant:String} AND user_id IN {ids:Array(String)}';
const TELLS_METER = `startsWith(type, '${METER_TYPE_PREFIX}')`;
const READING = `concat('"value":', JSONExtractRaw(data, 'value'))`;
/** A reading is a number, and nobody's name, though it may be written alike. */
const BESIDE_READING = `if(${TELLS_METER}, replaceOne(data, ${READING}, ''), data)`;
/** A path's part, or a JSON string, that is the id. */
const EVENT_NAMES =
  "tenant_id = {tenant:String} AND (user_id IN {ids:Array(String)} OR hasAny(splitByChar('/', subject), {ids:Array(String)})" +
  ` OR multiSearchAny(${BESIDE_READING}, {literals:Array(String)}))`;
/** Broken lines have no structure to rely on: the id as a word. */
const REJECTED_NAMES =
  'tenant_id = {tenant:String} AND (match(line, {pattern:String}) OR match(reason, {pattern:String}) OR match(event_id, {pattern:String}))';
/** On every replica, before the statement ends. */
const TO_THE_END = 'SETTINGS mutations_sync = 2';

export class Erasure {
  readonly #options: ErasureOptions;

  constructor(options: ErasureOptions) {
    this.#options = options;
  }

  /**
   * Erases a person: requests lose user, session, network and trace; events user, subject and data, but for the
   * reading of a meter; refused lines
   * that name the person are emptied; the person's days are counted as nobody's. Requests from before the person was
   * known, within one of the person's sessions, lose their session likewise. Files that the store has replaced are
   * on its disk for some minutes more.
   *
   * @param userId as the application knows it
   * @throws {RangeError} for an empty id, which is nobody's; {StoreError}; ClickHouse's own error: to be called again
   */
  async erase(scope: TenantScope, userId: string): Promise<ErasureProof> {
    if (userId === '') {
      throw new RangeError('An empty user id is nobody: there is nothing to erase.');
    }
    await this.#options.drain();
    const params = this.#namesOf(scope, userId);
    const before = await this.#count(params);
    if (before.requests > 0) {
      await this.#forgetSessions(params);
      await this.#change({
        sql: `ALTER TABLE {{local:requests}} {{on_cluster}}
              UPDATE user_id = '', session_id = '', client_network = '', trace_id = '' WHERE ${OF_PERSON} ${TO_THE_END}`,
        params,
      });
    }
    if (before.events > 0) {
      await this.#change({
        sql: `ALTER TABLE {{local:events}} {{on_cluster}}
              UPDATE user_id = '', subject = '', data = if(${TELLS_METER}, concat('{', ${READING}, '}'), ''), id = if(match(id, {pattern:String}), '', id)
              WHERE ${EVENT_NAMES} ${TO_THE_END}`,
        params,
      });
    }
    if (before.rejected > 0) {
      await this.#change({
        sql: `ALTER TABLE {{local:rejected}} {{on_cluster}}
              UPDATE line = '', reason = 'erased', event_id = '' WHERE ${REJECTED_NAMES} ${TO_THE_END}`,
        params,
      });
    }
    await this.#forgetDays(scope, params);
    return { before, after: await this.#count(params) };
  }

  async #forgetSessions(params: Names): Promise<void> {
    const sessions = await this.#options.store.select({
      sql: `SELECT DISTINCT session_id AS sessionId FROM {{database}}.requests WHERE ${OF_PERSON} AND session_id != ''`,
      params,
      row: sessionRow,
      label: 'erasure.sessions',
    });
    for (let at = 0; at < sessions.length; at += SESSIONS_AT_ONCE) {
      const some = sessions.slice(at, at + SESSIONS_AT_ONCE).map(({ sessionId }) => sessionId);
      await this.#change({
        sql: `ALTER TABLE {{local:requests}} {{on_cluster}} UPDATE session_id = '', client_network = '', trace_id = ''
              WHERE tenant_id = {tenant:String} AND user_id = '' AND session_id IN {sessions:Array(String)} ${TO_THE_END}`,
        params: { tenant: params.tenant, sessions: some },
      });
    }
  }

  async #forgetDays(scope: TenantScope, params: Names): Promise<void> {
    const { store, repair } = this.#options;
    const rows = await store.select({
      sql: `SELECT DISTINCT toString(day) AS day FROM {{database}}.usage_user_day WHERE ${OF_PERSON} ORDER BY day`,
      params,
      row: dayRow,
      label: 'erasure.days',
    });
    const days = rows.map(({ day }) => day);
    const [start, end] = [days.at(0), days.at(-1)];
    if (start === undefined || end === undefined) {
      return;
    }
    await repair.repairDays(scope, days, ['']);
    await this.#change({
      sql: `ALTER TABLE {{local:usage_user_day}} {{on_cluster}} DELETE WHERE ${OF_PERSON} ${TO_THE_END}`,
      params,
    });
    // Into days that other processes store into at the same moment; they are made anew as a whole.
    const wrong = (await dayDifferences(store, { start, end })).filter(
      ({ tenantId }) => tenantId === scope.tenantId,
    );
    await repair.repairDays(
      scope,
      wrong.map(({ at }) => at),
    );
  }

  async #count(params: Names): Promise<PersonRows> {
    const [rows] = await this.#options.store.select({
      sql: `SELECT (SELECT count() FROM {{database}}.requests WHERE ${OF_PERSON}) AS requests,
              (SELECT count() FROM {{database}}.events WHERE ${EVENT_NAMES}) AS events,
              (SELECT count() FROM {{database}}.rejected WHERE ${REJECTED_NAMES}) AS rejected,
              (SELECT count() FROM {{database}}.usage_user_day WHERE ${OF_PERSON}) AS usage`,
      params,
      row: rowsRow,
      label: 'erasure.count',
    });
    return rows ?? { requests: 0, events: 0, rejected: 0, usage: 0 };
  }

  #namesOf({ tenantId }: TenantScope, userId: string): Names {
    const ids = [userId, this.#options.pseudonyms.of(tenantId, 'user', userId)];
    const literals = ids.flatMap((id) => [JSON.stringify(id), asciiJson(id)]);
    const words = new Set(literals.map((literal) => literal.slice(1, -1)).concat(ids));
    const pattern = `(^|[^\\pL\\pN_])(${[...words].map(quoted).join('|')})($|[^\\pL\\pN_])`;
    return { tenant: tenantId, ids, literals: [...new Set(literals)], pattern };
  }

  #change(change: Change): Promise<void> {
    return this.#options.store.change(change);
  }
}

/** Whom it is about, in each way that it can be written. */
interface Names extends Readonly<Record<string, string | number | readonly string[]>> {
  readonly tenant: string;
  readonly ids: readonly string[];
  readonly literals: readonly string[];
  readonly pattern: string;
}

/** JSON as some writers have it: ASCII alone. */
function asciiJson(value: string): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text as a part of a regular expression of ClickHouse (RE2). */
function quoted(value: string): string {
  return value.replace(/[^\w\u0080-\uffff]/g, '\\$&');
}
