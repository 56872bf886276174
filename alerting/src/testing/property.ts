/** Enough cases to meet what is rare. */
export const PROPERTY = { numRuns: 10_000 };

/** On a machine that does other things too. */
export const PROPERTY_TIMEOUT = { timeout: 60_000 };
