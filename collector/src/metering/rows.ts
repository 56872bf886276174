import { z } from 'zod';

/** A whole number of any size: the store sends 64-bit integers as text. */
export const exact = z.union([z.string().regex(/^-?\d+$/), z.int()]).transform((value) => BigInt(value));
