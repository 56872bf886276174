import { documented } from '../figures/figures.ts';
import type { Person } from '../population/population.ts';
import { categorical, logNormal } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import { type Behaviour, goesOn } from './behaviour.ts';
import { MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND } from './calendar.ts';
import { type Action, endpointOf } from './endpoints.ts';
import type { Device } from './request.ts';

/** Mean time from the first to the last request of a visit, over all visits. Documented for browsers, assumed for all. */
const MEAN_VISIT = documented('requests.browser.visit') * MICROS_PER_MINUTE;
/** Standard deviation of think times divided by their mean: an assumption. */
const THINK_VARIATION = 1.1;
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

/** Popularity of pages and search words: the k-th is asked for in proportion to 1/k (Zipf), an assumption. */
const COURSES = 40;
const MENTORS = documented('population.mentors');
const COURSE_WEIGHTS = zipf(COURSES);
const MENTOR_WEIGHTS = zipf(MENTORS);

/** What people search for. */
export const SEARCH_WORDS = [
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

/** One request of a session, before it has a time of day. */
export interface Step {
  readonly action: Action;
  /** Time since the session's start, microseconds. */
  readonly offset: number;
  readonly search?: string;
  readonly item?: number;
}

/** What somebody does in one session. */
export interface Visit {
  readonly device: Device;
  /** In the order of their offsets; the first has offset 0. */
  readonly steps: readonly Step[];
}

/** A visit with its person and its time. */
export interface Session extends Visit {
  readonly id: string;
  readonly person: Person;
  /** Epoch microseconds. */
  readonly start: number;
}

export function durationOf(visit: Visit): number {
  return visit.steps.at(-1)?.offset ?? 0;
}

/** Where a walk begins and how long it may be. */
export interface WalkOptions {
  /** First action; without it the entries of the class decide. */
  readonly first?: Action;
  /** True for people who are registered already: the walk does not begin with a registration. */
  readonly registered?: boolean;
  /** Most requests; a walk that reaches it ends there, as if the visitor had left. */
  readonly limit: number;
}

/**
 * Walks through a behaviour graph: one session's requests with their think times. The session ends where the
 * graph ends it, at the idle time-out, or at the limit.
 */
export function walk(stream: RandomStream, behaviour: Behaviour, options: WalkOptions): Visit {
  const { nodes } = behaviour;
  const device: Device = stream.next() < behaviour.mobile ? 'mobile' : 'desktop';
  const meanThink = MEAN_VISIT / behaviour.pauses;
  const steps: Step[] = [];
  let offset = 0;
  let tokenSince = 0;
  let index = firstNode(stream, behaviour, options);
  for (let step = 0; steps.length < options.limit; step += 1) {
    const node = nodes[index];
    if (node === undefined) {
      break;
    }
    steps.push({ action: node.action, offset: Math.round(offset), ...addressed(stream, node.action) });
    if (node.action === 'login') {
      tokenSince = offset;
    }
    if (stream.next() >= goesOn(node, step, behaviour.bounce)) {
      break;
    }
    const pause = endpointOf(node.action).pause * meanThink;
    const think = Math.max(SHORTEST_THINK, logNormal(stream, pause, THINK_VARIATION));
    offset += think;
    if (think > IDLE_TIMEOUT || offset > LONGEST_SESSION) {
      break;
    }
    const following = node.next[categorical(stream, node.probabilities)];
    if (following === undefined) {
      break;
    }
    if (node.member && offset - tokenSince > TOKEN_LIFETIME && steps.length < options.limit) {
      tokenSince = offset;
      steps.push({ action: 'token.refresh', offset: Math.round(offset - RENEWAL_LEAD) });
    }
    index = following;
  }
  return { device, steps };
}

function firstNode(stream: RandomStream, behaviour: Behaviour, { first, registered }: WalkOptions): number {
  if (first !== undefined) {
    return behaviour.nodes.findIndex(({ action }) => action === first);
  }
  const weights =
    registered === true
      ? behaviour.entry.map((share, index) =>
          behaviour.nodes[index]?.action === 'register.check' ? 0 : share,
        )
      : behaviour.entry;
  return categorical(stream, weights);
}

/** Which page or search word an action asks for. */
function addressed(stream: RandomStream, action: Action): { search?: string; item?: number } {
  switch (endpointOf(action).page) {
    case 'search': {
      const search = SEARCH_WORDS[categorical(stream, SEARCH_WEIGHTS)];
      return search === undefined ? {} : { search };
    }
    case 'course':
      return { item: 1 + categorical(stream, COURSE_WEIGHTS) };
    case 'mentor':
      return { item: 1 + categorical(stream, MENTOR_WEIGHTS) };
    default:
      return {};
  }
}

function zipf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 1 / (index + 1));
}
