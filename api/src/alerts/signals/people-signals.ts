import { decimal, type Plan, ZERO } from '@riwayat/billing';
import type { RequestWindows, TenantId } from '@riwayat/collector';
import type { Agreements } from './agreements.ts';
import { answered, ownerOf } from './questions.ts';
import type { SignalReader } from './reader.ts';

export const PERCENT = 100;

/**
 * How many people are there at once, and how many of those whom the plan allows: distinct people of five minutes, as the
 * bill counts them, but of the last five minutes instead of those since :00, :05, ….
 */
export function peopleSignals(
  windows: Pick<RequestWindows, 'people'>,
  agreements: Pick<Agreements, 'of'>,
): SignalReader {
  return {
    signals: ['concurrent_users', 'capacity_used'],
    async read(questions, at) {
      const limited = questions.filter(({ input }) => input.signal === 'capacity_used');
      const limits = await limitsOf(
        limited.map(({ tenantId }) => tenantId),
        at,
      );
      return answered(questions, at, async ({ whose, spans, placeOf }) => {
        const rows = await windows.people(whose, spans);
        const byKey = new Map(rows.map(({ tenantId, span, count }) => [`${tenantId} ${span}`, count]));
        return ({ tenantId, input }) => {
          const people = byKey.get(`${ownerOf(tenantId)} ${placeOf(input)}`) ?? 0;
          if (input.signal === 'concurrent_users') {
            return people;
          }
          const limit = limits.get(tenantId);
          return limit === undefined ? null : (people / limit) * PERCENT;
        };
      });
    },
  };

  /** The people whom plans allow at once, of those tenants whose plan says so. */
  async function limitsOf(tenantIds: readonly TenantId[], at: Date): Promise<ReadonlyMap<TenantId, number>> {
    const known = await agreements.of(tenantIds, at);
    return new Map(
      tenantIds.flatMap((id) => {
        const capacity = capacityOf(known.get(id)?.plan);
        return capacity === undefined ? [] : [[id, capacity] as const];
      }),
    );
  }
}

/** The people whom a plan allows at once; undefined where it does not say. */
export function capacityOf(plan: Plan | undefined): number | undefined {
  const limit = plan?.limits.concurrent_users;
  return limit === undefined || decimal(limit).lte(ZERO) ? undefined : Number(limit);
}
