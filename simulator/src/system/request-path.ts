import type { Parameters } from '../calibration/parameter.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { RandomStream } from '../random/stream.ts';
import { ACTIONS, endpointOf, LATENCY_VARIATION, SIZE_VARIATION } from '../workload/endpoints.ts';
import type { RequestTrace } from '../workload/trace.ts';
import { GATEWAY_TIMEOUT } from './children.ts';
import { DATABASE_CPU, type Demands, demandsOf } from './demand.ts';
import { CARRIES_FILES, STORED_SHARE } from './files.ts';
import { LoginGuard } from './login-guard.ts';
import { type MinuteCounts, SLOW_MS } from './minute-counts.ts';
import { Outcomes, STATUS } from './outcome.ts';
import { audienceOf, type PageCache } from './page-cache.ts';
import { systemParameter } from './parameters.ts';
import { RequestColumns } from './request-columns.ts';
import type { ServerSessions } from './server-sessions.ts';
import type { Presence } from './stay.ts';
import { TokenBuckets } from './token-bucket.ts';
import type { Uploads } from './uploads.ts';
import { lognormalTable, TableDraw } from './variation.ts';

const MS_PER_SECOND = 1000;
/** A call that is refused at once: by the rate limit, or as the account is locked. */
const REFUSAL_MS = 3;
const ERROR_BYTES = 280;
const FIRST_ERROR = 400;
const FIRST_SERVER_ERROR = 500;
const MISS = 1;
const HIT = 2;

const DEMAND_FACTORS = lognormalTable(LATENCY_VARIATION);
const SIZE_FACTORS = lognormalTable(SIZE_VARIATION);

const LOGIN = ACTIONS.indexOf('login');
const LOGIN_FAILED = ACTIONS.indexOf('login.failed');
const LOGOUT = ACTIONS.indexOf('logout');
const RENEWAL = ACTIONS.indexOf('token.refresh');
const BYTES_IN = Float64Array.from(ACTIONS, (action) => endpointOf(action).bytesIn);
const BYTES_OUT = Float64Array.from(ACTIONS, (action) => endpointOf(action).bytesOut);
const CHANGES = Uint8Array.from(ACTIONS, (action) => (endpointOf(action).changes === undefined ? 0 : 1));

/** Where a request goes that needs something scarce, and who is told of its answer. */
export interface Surroundings {
  /** It wants a child to itself, until {@link Surroundings.releaseChild}. */
  readonly wantChild: (request: number) => void;
  readonly releaseChild: () => void;
  readonly wantCore: (request: number) => void;
  readonly follow: (action: number, files: number, bytes: number) => void;
  readonly log: () => void;
}

export interface RequestPathOptions {
  readonly simulation: Simulation;
  readonly trace: RequestTrace;
  readonly parameters: Parameters;
  readonly stream: (purpose: string) => RandomStream;
  readonly pages: PageCache;
  readonly sessions: ServerSessions;
  readonly presence: Presence;
  readonly uploads: Uploads;
  readonly counts: MinuteCounts;
  readonly surroundings: Surroundings;
}

/**
 * What happens to a request: rate limit and lock-out at the load balancer, a child of PHP-FPM, the file that its device
 * sends, page cache, cores, database and storage, the answer. All that is random about it is drawn when it arrives, so
 * that two systems are compared on the same requests.
 */
export class RequestPath {
  readonly columns: RequestColumns;
  readonly guard: LoginGuard;
  limited = 0;
  rejectedUploads = 0;
  /** Share of the database's work that its tuning has left. */
  databaseLeft = 1;

  readonly #simulation: Simulation;
  /** Of the trace, as it is asked for with every request. */
  readonly #at: Float64Array;
  readonly #action: Uint8Array;
  readonly #session: Int32Array;
  readonly #item: Uint16Array;
  readonly #people: Uint8Array;
  readonly #person: Int32Array;
  readonly #last: Float64Array;
  readonly #mobile: Uint8Array;
  readonly #pages: PageCache;
  readonly #sessions: ServerSessions;
  readonly #presence: Presence;
  readonly #uploads: Uploads;
  readonly #counts: MinuteCounts;
  readonly #surroundings: Surroundings;
  readonly #demands: Demands;
  readonly #outcomes: Outcomes;
  readonly #buckets: TokenBuckets;
  readonly #draw: TableDraw;
  readonly #fates: RandomStream;
  readonly #hang: number;
  readonly #sent: number;
  readonly #answered: number;

  constructor(options: RequestPathOptions) {
    const { simulation, trace, parameters, stream } = options;
    this.columns = new RequestColumns(trace.at.length);
    this.guard = new LoginGuard(trace.people.length);
    this.#simulation = simulation;
    this.#at = trace.at;
    this.#action = trace.action;
    this.#session = trace.session;
    this.#item = trace.item;
    this.#people = trace.people;
    this.#person = trace.sessions.person;
    this.#last = trace.sessions.last;
    this.#mobile = trace.sessions.mobile;
    this.#pages = options.pages;
    this.#sessions = options.sessions;
    this.#presence = options.presence;
    this.#uploads = options.uploads;
    this.#counts = options.counts;
    this.#surroundings = options.surroundings;
    this.#demands = demandsOf(parameters);
    this.#outcomes = new Outcomes(parameters);
    this.#buckets = new TokenBuckets(trace.sessions.person.length);
    this.#draw = new TableDraw(stream('demands'));
    this.#fates = stream('fates');
    this.#hang = systemParameter(parameters, 'system.failures.hang');
    this.#sent = simulation.addKind((request) => this.#endSending(request));
    this.#answered = simulation.addKind((request) => this.#answer(request));
  }

  arrive(request: number): void {
    const { now } = this.#simulation;
    const action = this.#action[request] ?? 0;
    const session = this.#session[request] ?? 0;
    const person = this.#person[session] ?? 0;
    this.#counts.requests += 1;
    this.#sessions.open(session);
    this.#decide(request, action, session);
    this.#presence.note(person, now, now + (this.columns.sending[request] ?? 0));
    if (!this.#buckets.allows(now, session)) {
      this.limited += 1;
      this.#counts.refused += 1;
      this.#refuse(request, STATUS.limited);
    } else if ((action === LOGIN || action === LOGIN_FAILED) && this.guard.isLocked(now, person)) {
      this.#refuse(request, STATUS.locked);
    } else {
      this.#surroundings.wantChild(request);
    }
  }

  /** A request has a child of its own. */
  start(request: number): void {
    if (this.columns.files[request] === 0) {
      this.#work(request);
    } else {
      this.#uploads.begin(this.columns.bytesIn[request] ?? 0);
      this.#simulation.schedule(this.columns.sending[request] ?? 0, this.#sent, request);
    }
  }

  /** A request found no child in time. */
  giveUp(request: number): void {
    this.columns.status[request] = STATUS.gatewayTimeout;
    this.columns.bytesOut[request] = ERROR_BYTES;
    this.#finish(request, GATEWAY_TIMEOUT * MS_PER_SECOND);
  }

  /** A request has had its time on a core. */
  leaveCore(request: number): void {
    this.#simulation.schedule(this.columns.wait[request] ?? 0, this.#answered, request);
  }

  /** Draws all that is random about a request. */
  #decide(request: number, action: number, session: number): void {
    const { columns } = this;
    const draw = this.#draw;
    draw.next();
    const status = this.#outcomes.statusOf(action, this.#fates.next());
    columns.status[request] = status;
    columns.factor[request] = DEMAND_FACTORS[draw.first] ?? 1;
    columns.bytesIn[request] = (BYTES_IN[action] ?? 0) * (SIZE_FACTORS[draw.second] ?? 1);
    columns.bytesOut[request] =
      (status >= FIRST_ERROR ? ERROR_BYTES : (BYTES_OUT[action] ?? 0)) * (SIZE_FACTORS[draw.third] ?? 1);
    if (CARRIES_FILES[action] === 1) {
      const files = this.#uploads.drawFiles();
      const bytes = this.#uploads.drawBytes(files);
      const mobile = this.#mobile[session] === 1;
      columns.files[request] = files;
      columns.bytesIn[request] = bytes;
      columns.sending[request] = this.#uploads.sending(this.#simulation.now, bytes, mobile);
    }
  }

  #refuse(request: number, status: number): void {
    this.columns.status[request] = status;
    this.columns.bytesOut[request] = ERROR_BYTES;
    this.#finish(request, REFUSAL_MS);
  }

  #endSending(request: number): void {
    this.#uploads.end(this.columns.bytesIn[request] ?? 0);
    this.#counts.files += this.columns.files[request] ?? 0;
    this.#work(request);
  }

  /** The child begins to work: what the request takes follows from its endpoint, the cache and its own factor. */
  #work(request: number): void {
    const { columns } = this;
    const action = this.#action[request] ?? 0;
    const factor = columns.factor[request] ?? 1;
    const status = columns.status[request] ?? 0;
    const hit = status < FIRST_ERROR && this.#pages.has(action) && this.#lookUp(request, action);
    const demands = hit ? this.#demands.databaseOfHit : this.#demands.database;
    const database = (demands[action] ?? 0) * this.databaseLeft;
    columns.core[request] = factor * ((this.#demands.cpu[action] ?? 0) + database * DATABASE_CPU);
    columns.wait[request] =
      status >= FIRST_SERVER_ERROR
        ? this.#hang
        : factor *
          ((this.#demands.wait[action] ?? 0) +
            database * (1 - DATABASE_CPU) +
            (this.#demands.storage[action] ?? 0));
    this.#surroundings.wantCore(request);
  }

  #lookUp(request: number, action: number): boolean {
    const session = this.#session[request] ?? 0;
    const userClass = this.#people[this.#person[session] ?? 0] ?? 0;
    const audience = audienceOf(this.#sessions.member[session] === 1, userClass);
    const hit = this.#pages.lookUp(this.#simulation.now, action, this.#item[request] ?? 0, audience);
    this.columns.cache[request] = hit ? HIT : MISS;
    this.#counts.lookups += 1;
    this.#counts.hits += hit ? 1 : 0;
    return hit;
  }

  #answer(request: number): void {
    const { columns } = this;
    const { now } = this.#simulation;
    const action = this.#action[request] ?? 0;
    const session = this.#session[request] ?? 0;
    const status = columns.status[request] ?? 0;
    if (status < FIRST_ERROR) {
      this.#take(action, session, columns.files[request] ?? 0, columns.bytesIn[request] ?? 0);
    } else if (action === LOGIN_FAILED && status < FIRST_SERVER_ERROR) {
      this.guard.fail(now, this.#person[session] ?? 0);
    } else if (status === STATUS.rejected && columns.files[request] !== 0) {
      this.rejectedUploads += 1;
    }
    const sending = columns.sending[request] ?? 0;
    this.#finish(request, (now - (this.#at[request] ?? 0) - sending) * MS_PER_SECOND);
    this.#surroundings.releaseChild();
  }

  /** What a request changes that went well. */
  #take(action: number, session: number, files: number, bytes: number): void {
    const { now } = this.#simulation;
    if (action === LOGIN) {
      this.#sessions.logIn(now, session);
      this.guard.succeed(this.#person[session] ?? 0);
    } else if (action === RENEWAL) {
      this.#sessions.renew(now, session);
    } else if (action === LOGOUT) {
      this.#sessions.logOut(now, session);
    }
    if (CHANGES[action] === 1) {
      this.#pages.change(action);
    }
    this.#surroundings.follow(action, files, bytes * STORED_SHARE);
  }

  #finish(request: number, milliseconds: number): void {
    this.columns.milliseconds[request] = milliseconds;
    this.#counts.answers += 1;
    this.#counts.slow += milliseconds > SLOW_MS ? 1 : 0;
    this.#surroundings.log();
    const session = this.#session[request] ?? 0;
    if ((this.#at[request] ?? 0) >= (this.#last[session] ?? 0)) {
      this.#sessions.leave(this.#simulation.now, session);
    }
  }
}
