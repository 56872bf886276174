import { z } from 'zod';

/** Somebody who did something, to whoever may see that it was done. */
export const personBody = z.object({ id: z.string(), name: z.string() });

export type PersonBody = z.infer<typeof personBody>;

/** Null for nobody, and for somebody who is gone. */
export function personOf(id: string | null, name: string | null): PersonBody | null {
  return id === null || name === null ? null : { id, name };
}
