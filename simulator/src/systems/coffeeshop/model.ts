import { Simulation } from '../../engine/simulation.ts';
import { Station } from '../../engine/station.ts';
import { exponential, logNormal } from '../../random/distributions.ts';
import { createStream, type RandomStream } from '../../random/stream.ts';
import { LatencyHistogram } from '../../statistics/histogram.ts';
import { arriveHourly } from '../arrivals.ts';
import { Popularity } from '../popularity.ts';
import { BUSIEST_HOURS, COFFEESHOP, HOURLY_VIEWS, OFFICE_HOURS } from './assumptions.ts';
import { documented } from './figures.ts';

const HOUR = 3600;
const HOURS_PER_DAY = 24;
const SECONDS_PER_MS = 0.001;
const NEVER = Number.NEGATIVE_INFINITY;

/** One day of the site. Times in seconds unless the name has another unit. */
export interface CoffeeshopScenario {
  readonly isCached: boolean;
  readonly timeToLive: number;
  readonly pages: number;
  readonly popularity: number;
  readonly viewsPerDay: number;
  readonly savesPerDay: number;
  readonly otherPerView: number;
  readonly databaseMs: number;
  /** Views by hour, in proportion; 24 of them. */
  readonly hourlyViews: readonly number[];
}

export const coffeeshopScenario: CoffeeshopScenario = {
  isCached: true,
  timeToLive: documented('cache.time-to-live') * HOUR,
  pages: COFFEESHOP.pages.value,
  popularity: COFFEESHOP.popularity.value,
  viewsPerDay: COFFEESHOP.viewsPerDay.value,
  savesPerDay: COFFEESHOP.savesPerDay.value,
  otherPerView: COFFEESHOP.otherPerView.value,
  databaseMs: COFFEESHOP.databaseMs.value,
  hourlyViews: HOURLY_VIEWS,
};

export interface CoffeeshopRun {
  readonly views: number;
  readonly hits: number;
  /** Work of the database in the whole day and in the busiest hours, seconds. */
  readonly databaseSeconds: number;
  readonly busiestSeconds: number;
  /** From the request to the answer. */
  readonly cachedAnswers: LatencyHistogram;
  readonly freshAnswers: LatencyHistogram;
}

/** What a request is for. */
const VIEW = 0;
const SAVE = 1;
const OTHER = 2;
const PURPOSES = ['views', 'saves', 'others'] as const;

/**
 * A day of page views, saves and other requests. Whatever a request will need is drawn when it comes, from the stream of
 * its purpose, so that a day with and one without the cache have the same visitors and the same work (common random
 * numbers).
 */
export function simulateCoffeeshop(
  scenario: CoffeeshopScenario,
  seed: number,
  replication: number,
): CoffeeshopRun {
  const day = new Day(scenario, seed, replication);
  day.run();
  return day.result();
}

class Day {
  readonly #scenario: CoffeeshopScenario;
  readonly #simulation = new Simulation();
  readonly #server: Station;
  readonly #database: Station;
  readonly #lookUp: number;
  readonly #popularity: Popularity;
  /** By page: when the cache got it, or never. */
  readonly #storedAt: Float64Array;
  readonly #stream: (purpose: string) => RandomStream;
  readonly #pageChoices: readonly RandomStream[];
  readonly #works: readonly RandomStream[];

  /** By request, in the order of arrival. */
  readonly #kinds: number[] = [];
  readonly #pages: number[] = [];
  readonly #arrivedAt: number[] = [];
  /** Seconds that the database would need. */
  readonly #work: number[] = [];

  readonly #worked = new Float64Array(HOURS_PER_DAY);
  readonly #cachedAnswers = new LatencyHistogram();
  readonly #freshAnswers = new LatencyHistogram();

  constructor(scenario: CoffeeshopScenario, seed: number, replication: number) {
    this.#scenario = scenario;
    this.#stream = (purpose) => createStream(seed, `coffeeshop/${purpose}`, replication);
    this.#pageChoices = PURPOSES.map((purpose) => this.#stream(`${purpose}/page`));
    this.#works = PURPOSES.map((purpose) => this.#stream(`${purpose}/work`));
    this.#popularity = new Popularity(scenario.pages, scenario.popularity);
    this.#storedAt = new Float64Array(scenario.pages).fill(NEVER);
    const serverTimes = this.#stream('server');
    const roundTrips = this.#stream('redis');
    this.#server = new Station(this.#simulation, {
      service: () => exponential(serverTimes, COFFEESHOP.serverMs.value * SECONDS_PER_MS),
      onDeparture: (request) => {
        const roundTrip = exponential(roundTrips, COFFEESHOP.redisMs.value * SECONDS_PER_MS);
        if (scenario.isCached) {
          this.#simulation.schedule(roundTrip, this.#lookUp, request);
        } else {
          this.#database.arrive(request);
        }
      },
    });
    this.#database = new Station(this.#simulation, {
      servers: COFFEESHOP.connections.value,
      service: (request) => this.#ask(request),
      onDeparture: (request) => this.#finish(request),
    });
    this.#lookUp = this.#simulation.addKind((request) => this.#answerOrAsk(request));
  }

  run(): void {
    const { hourlyViews, viewsPerDay, otherPerView, savesPerDay } = this.#scenario;
    const total = hourlyViews.reduce((sum, weight) => sum + weight, 0);
    const views = hourlyViews.map((weight) => (viewsPerDay * weight) / total);
    const [opens, closes] = OFFICE_HOURS;
    const isOffice = (hour: number): boolean => hour >= opens && hour < closes;
    this.#follow(VIEW, views);
    this.#follow(
      OTHER,
      views.map((count) => count * otherPerView),
    );
    this.#follow(
      SAVE,
      views.map((_, hour) => (isOffice(hour) ? savesPerDay / (closes - opens) : 0)),
    );
    this.#simulation.run(HOURS_PER_DAY * HOUR);
  }

  result(): CoffeeshopRun {
    const sum = (hours: Float64Array): number => hours.reduce((seconds, hour) => seconds + hour, 0);
    return {
      views: this.#cachedAnswers.count + this.#freshAnswers.count,
      hits: this.#cachedAnswers.count,
      databaseSeconds: sum(this.#worked),
      busiestSeconds: sum(this.#worked.subarray(...BUSIEST_HOURS)),
      cachedAnswers: this.#cachedAnswers,
      freshAnswers: this.#freshAnswers,
    };
  }

  #follow(kind: number, hourly: readonly number[]): void {
    const stream = this.#stream(`${PURPOSES[kind]}/times`);
    arriveHourly(this.#simulation, stream, hourly, () => this.#arrive(kind));
  }

  #arrive(kind: number): void {
    const [pageChoice, works] = [this.#pageChoices[kind], this.#works[kind]];
    if (pageChoice === undefined || works === undefined) {
      throw new RangeError(`There is no kind of request ${kind}.`);
    }
    const request = this.#kinds.push(kind) - 1;
    this.#pages.push(this.#popularity.draw(pageChoice));
    this.#arrivedAt.push(this.#simulation.now);
    this.#work.push(
      logNormal(works, this.#scenario.databaseMs, COFFEESHOP.databaseVariation.value) * SECONDS_PER_MS,
    );
    this.#server.arrive(request);
  }

  #answerOrAsk(request: number): void {
    const age = this.#simulation.now - (this.#storedAt[this.#pages[request] ?? 0] ?? NEVER);
    if (this.#kinds[request] === VIEW && age < this.#scenario.timeToLive) {
      this.#cachedAnswers.record(this.#elapsedMs(request));
    } else {
      this.#database.arrive(request);
    }
  }

  #ask(request: number): number {
    const seconds = this.#work[request] ?? 0;
    const hour = this.#hour();
    this.#worked[hour] = (this.#worked[hour] ?? 0) + seconds;
    return seconds;
  }

  #finish(request: number): void {
    const page = this.#pages[request] ?? 0;
    if (this.#kinds[request] === VIEW) {
      this.#storedAt[page] = this.#simulation.now;
      this.#freshAnswers.record(this.#elapsedMs(request));
    } else if (this.#kinds[request] === SAVE) {
      this.#storedAt[page] = NEVER;
    }
  }

  #elapsedMs(request: number): number {
    return (this.#simulation.now - (this.#arrivedAt[request] ?? 0)) / SECONDS_PER_MS;
  }

  /** Of the day, 0 to 23. */
  #hour(): number {
    return Math.floor(this.#simulation.now / HOUR) % HOURS_PER_DAY;
  }
}
