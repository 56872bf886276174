/**
 * Places for times, nearly in their order: as many drawers as there are times, each with room for those that fall into
 * it. Every time is first expected, then room is allotted, then every time is put: two passes, whatever the order of the
 * times. Requests spread well enough for few of them to share a drawer.
 */
export class TimeDrawers {
  /** Times expected. */
  count = 0;

  readonly #first: number;
  readonly #scale: number;
  /** By drawer: the times in it; once room is allotted, its next free place. */
  readonly #places: Int32Array;

  /**
   * @param drawers how many
   * @param first earliest time
   * @param end latest time, or after it
   */
  constructor(drawers: number, first: number, end: number) {
    this.#first = first;
    this.#scale = end > first ? drawers / (end - first) : 0;
    this.#places = new Int32Array(drawers + 1);
  }

  /** A time that will be put. */
  expect(time: number): void {
    const drawer = this.#drawerOf(time);
    this.#places[drawer] = (this.#places[drawer] ?? 0) + 1;
    this.count += 1;
  }

  /** To be called once, when all times are expected. */
  allot(): void {
    const places = this.#places;
    let before = 0;
    for (let drawer = 0; drawer < places.length; drawer += 1) {
      const times = places[drawer] ?? 0;
      places[drawer] = before;
      before += times;
    }
  }

  /** @returns the place of a time that was expected: after those of earlier drawers, and those put into its own */
  put(time: number): number {
    const drawer = this.#drawerOf(time);
    const place = this.#places[drawer] ?? 0;
    this.#places[drawer] = place + 1;
    return place;
  }

  #drawerOf(time: number): number {
    return Math.floor((time - this.#first) * this.#scale);
  }
}
