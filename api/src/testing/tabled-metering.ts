import { type Decimal, decimal, METERS, type MeterKey, type Usage, ZERO } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { ManyMeteringQuestion, Metering, MeteringQuestion } from '../billing/metering.ts';

/** Something that was measured, and when it was stored. */
interface Told {
  readonly day: string;
  readonly meter: MeterKey;
  readonly quantity: Decimal;
  readonly storedAt: Date;
}

/** Metering of what a test tells it, for tests that are not about metering. */
export class TabledMetering implements Metering {
  readonly #told = new Map<string, Told[]>();

  /** Flows add up; of a level, the last that was told of a day is its value. */
  tell(tenantId: string, day: string, meter: MeterKey, quantity: string, storedAt: Date): void {
    const told = this.#told.get(tenantId) ?? [];
    told.push({ day, meter, quantity: decimal(quantity), storedAt });
    this.#told.set(tenantId, told);
  }

  async ofBill({ tenantId, month, storedBy }: MeteringQuestion): Promise<Usage> {
    const perDay: Partial<Record<MeterKey, Decimal[]>> = {};
    const indexOf = new Map(month.days.map((day, index) => [day, index]));
    for (const { day, meter, quantity, storedAt } of this.#told.get(tenantId) ?? []) {
      const index = indexOf.get(day);
      if (index !== undefined && (storedBy === undefined || storedAt <= storedBy)) {
        const values = perDay[meter] ?? month.days.map(() => ZERO);
        values[index] = METERS[meter].kind === 'flow' ? (values[index] ?? ZERO).plus(quantity) : quantity;
        perDay[meter] = values;
      }
    }
    return { days: month.days, perDay };
  }

  async ofBills({ tenantIds, ...question }: ManyMeteringQuestion): Promise<ReadonlyMap<TenantId, Usage>> {
    return new Map(
      await Promise.all(
        tenantIds.map(async (tenantId) => [tenantId, await this.ofBill({ tenantId, ...question })] as const),
      ),
    );
  }

  ofScreen(question: Omit<MeteringQuestion, 'storedBy'>): Promise<Usage> {
    return this.ofBill(question);
  }
}
