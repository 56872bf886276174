/**
 * Chance that all of `servers` are busy when nobody waits for a free one (Erlang's loss formula, 1917), by recursion.
 *
 * @param load arrival rate times mean service
 */
function erlangB(servers: number, load: number): number {
  let blocking = 1;
  for (let server = 1; server <= servers; server += 1) {
    blocking = (load * blocking) / (server + load * blocking);
  }
  return blocking;
}

/** Chance to wait in M/M/c (Erlang's delay formula, 1917). */
function erlangC(servers: number, load: number): number {
  const blocking = erlangB(servers, load);
  return blocking / (1 - (load / servers) * (1 - blocking));
}

/** Mean wait in M/M/c, before service. */
export function meanWait(servers: number, arrivalRate: number, meanService: number): number {
  return (erlangC(servers, arrivalRate * meanService) * meanService) / (servers - arrivalRate * meanService);
}

/**
 * Mean wait in M/G/1, before service (Pollaczek 1930, Khinchine 1932).
 *
 * @param variation standard deviation of the service divided by its mean
 */
export function pollaczekKhinchine(arrivalRate: number, meanService: number, variation: number): number {
  const load = arrivalRate * meanService;
  return (load * meanService * (1 + variation ** 2)) / (2 * (1 - load));
}

/** Chances of 0 to `servers + places` customers in M/M/c/K (a birth-and-death process). */
export function finiteQueue(servers: number, places: number, load: number): number[] {
  const weights = [1];
  for (let present = 1; present <= servers + places; present += 1) {
    weights.push(((weights[present - 1] ?? 0) * load) / Math.min(present, servers));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
