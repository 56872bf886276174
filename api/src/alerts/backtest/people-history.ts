import { dayAt } from '@riwayat/billing';
import type { RequestHistory, TenantId } from '@riwayat/collector';
import type { Agreements } from '../signals/agreements.ts';
import { capacityOf, PERCENT } from '../signals/people-signals.ts';
import { ownerOf, whoseOf } from '../signals/questions.ts';
import type { SignalHistory } from './history.ts';
import { eachOf, type Instants, windowsOf } from './instants.ts';

/** How many people there were at once, and how many of those whom the plan of the day allowed by today's contract. */
export function peopleHistory(
  history: Pick<RequestHistory, 'people'>,
  agreements: Pick<Agreements, 'of'>,
): SignalHistory {
  return {
    signals: ['concurrent_users', 'capacity_used'],
    async read(question, instants) {
      const { tenantId, input } = question;
      const people = await history.people(whoseOf([question]), windowsOf(input, instants));
      const values =
        input.signal === 'concurrent_users' ? people : await ofCapacity(tenantId, people, instants);
      return new Map([[ownerOf(tenantId), values]]);
    },
  };

  async function ofCapacity(
    tenantId: TenantId,
    people: readonly number[],
    instants: Instants,
  ): Promise<(number | null)[]> {
    const known = (await agreements.of([tenantId], new Date())).get(tenantId);
    const capacities = new Map<string, number | undefined>();
    return Array.from(eachOf(instants), (instant, place) => {
      if (known === undefined) {
        return null;
      }
      const day = dayAt(new Date(instant), known.timezone);
      if (!capacities.has(day)) {
        capacities.set(day, capacityOf(known.agreement.planOn(day)));
      }
      const capacity = capacities.get(day);
      return capacity === undefined ? null : ((people[place] ?? 0) / capacity) * PERCENT;
    });
  }
}
