import { documented } from '../figures/figures.ts';
import { categorical, logNormalFactor, spreadOf } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import { MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND } from './calendar.ts';
import { ACTIONS } from './endpoints.ts';
import { COURSE, drawNext, MENTOR, NO_PAGE, type Route, SEARCH } from './route.ts';
import type { VisitLog } from './visit-log.ts';

/** Mean time from the first to the last request of a visit, over all visits. Documented for browsers, assumed for all. */
export const MEAN_VISIT_MINUTES = documented('requests.browser.visit');
const MEAN_VISIT = MEAN_VISIT_MINUTES * MICROS_PER_MINUTE;
/** Standard deviation of think times divided by their mean: an assumption. */
const THINK_SPREAD = spreadOf(1.1);
/** Nobody asks again sooner than this. */
const SHORTEST_THINK = 0.4 * MICROS_PER_SECOND;
/** A session is over when nothing was asked for this long: the usual time-out of web analytics. */
const IDLE_TIMEOUT = 30 * MICROS_PER_MINUTE;
/** No session goes on for longer. */
const LONGEST_SESSION = 3 * MICROS_PER_HOUR;
/** Lifetime of an access token: the application renews it before its next request. */
const TOKEN_LIFETIME = 15 * MICROS_PER_MINUTE;
/** The renewal comes this long before the request that needs it. */
const RENEWAL_LEAD = 0.25 * MICROS_PER_SECOND;

const LOGIN = ACTIONS.indexOf('login');
const TOKEN_REFRESH = ACTIONS.indexOf('token.refresh');

/** Popularity of pages and search words: the k-th is asked for in proportion to 1/k (Zipf), an assumption. */
const COURSES = 40;
const COURSE_WEIGHTS = zipf(COURSES);
const MENTOR_WEIGHTS = zipf(documented('population.mentors'));

/** What people search for. */
const SEARCH_WORDS = [
  'matematika',
  'bahasa inggris',
  'fisika',
  'utbk',
  'kimia',
  'pemrograman',
  'biologi',
  'akuntansi',
  'python',
  'ekonomi',
  'desain grafis',
  'statistika',
  'ielts',
  'gitar',
] as const;
const SEARCH_WEIGHTS = zipf(SEARCH_WORDS.length);

/** Where a walk begins and how long it may be. */
export interface WalkOptions {
  /** Nodes that it begins with, one after the other; without any the entries of the class decide. */
  readonly opening?: readonly number[];
  /** True for people who are registered already: the walk does not begin with a registration. */
  readonly registered?: boolean;
  /** True to walk as the graph says alone: nothing times out, no token is renewed. */
  readonly untimed?: boolean;
  /** Most requests; a walk that reaches it ends there, as if the visitor had left. */
  readonly limit: number;
}

const NOTHING: readonly number[] = [];

/**
 * Walks through a behaviour graph: one more visit in the log, its requests with their think times. The session ends
 * where the graph ends it, at the idle time-out, or at the limit.
 *
 * @returns the visit's number in the log
 */
export function walk(log: VisitLog, stream: RandomStream, route: Route, options: WalkOptions): number {
  const { limit, opening = NOTHING } = options;
  const timed = options.untimed !== true;
  const visit = log.open(stream.next() < route.mobile);
  const meanThink = MEAN_VISIT / route.pauses;
  let offset = 0;
  let tokenSince = 0;
  let node =
    opening[0] ?? categorical(stream, options.registered === true ? route.entryRegistered : route.entry);
  let requests = 0;
  for (let step = 0; requests < limit; step += 1) {
    const action = route.action[node] ?? 0;
    log.add(action, Math.round(offset), addressed(stream, route.page[node] ?? 0));
    requests += 1;
    if (action === LOGIN) {
      tokenSince = offset;
    }
    const planned = opening[step + 1];
    const goesOn = step === 0 ? route.goesOnAtFirst : route.goesOn;
    if (planned === undefined && stream.next() >= (goesOn[node] ?? 0)) {
      break;
    }
    const think = Math.max(
      SHORTEST_THINK,
      (route.pause[node] ?? 0) * meanThink * logNormalFactor(stream, THINK_SPREAD),
    );
    offset += think;
    if (timed && (think > IDLE_TIMEOUT || offset > LONGEST_SESSION)) {
      break;
    }
    const following = planned ?? drawNext(stream, route, node);
    if (following < 0) {
      break;
    }
    if (timed && route.member[node] === 1 && offset - tokenSince > TOKEN_LIFETIME && requests < limit) {
      tokenSince = offset;
      log.add(TOKEN_REFRESH, Math.round(offset - RENEWAL_LEAD), 0);
      requests += 1;
    }
    node = following;
  }
  return visit;
}

/** Which page or search word is asked for, from 1; 0 where there is neither. */
function addressed(stream: RandomStream, page: number): number {
  switch (page) {
    case NO_PAGE:
      return 0;
    case SEARCH:
      return 1 + categorical(stream, SEARCH_WEIGHTS);
    case COURSE:
      return 1 + categorical(stream, COURSE_WEIGHTS);
    case MENTOR:
      return 1 + categorical(stream, MENTOR_WEIGHTS);
    default:
      throw new RangeError(`There is no kind of page ${page}.`);
  }
}

/** The search word of this number, from 1. */
export function searchWord(number: number): string {
  return SEARCH_WORDS[number - 1] ?? '';
}

function zipf(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => 1 / (index + 1));
}
