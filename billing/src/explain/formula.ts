/*
 * Formulas of lines.
 *
 * What always holds: a formula is arithmetic that a reader can do again. Words beside its numbers are units and change
 * nothing; `×` and `/` bind alike, from the left; a quotient and the result are to 12 decimals; `%` is hundredths.
 */
import { METERS } from '../meters/meter.ts';
import { unitName } from '../meters/units.ts';
import { type Decimal, ZERO } from '../money/decimal.ts';
import type { Language } from '../plans/plan.ts';
import type { BillLine, Calculation, Measured } from '../rating/line.ts';
import { formatExact, formatPercent, formatQuantity } from './format.ts';

const DAYS = { id: 'hari', en: 'days' };
const PACKAGES = { id: 'paket', en: 'packages' };

export type FormulaLine = Pick<BillLine, 'measured' | 'calculation' | 'share' | 'negated'>;

/** The arithmetic that gives a line's exact amount: `(300 − 100) transaksi × Rp100`. */
export function formulaOf(line: FormulaLine, language: Language): string {
  const formula = new Formula(line, language).text();
  return line.negated ? `−(${formula})` : formula;
}

class Formula {
  readonly #line: FormulaLine;
  readonly #language: Language;

  constructor(line: FormulaLine, language: Language) {
    this.#line = line;
    this.#language = language;
  }

  text(): string {
    const { calculation, measured } = this.#line;
    switch (calculation.kind) {
      case 'flat':
        return this.#shared(this.#rupiah(calculation.price));
      case 'units':
        return this.#amountShared(`${this.#billed(calculation.billed)} × ${this.#rupiah(calculation.price)}`);
      case 'tiers':
        return this.#tiers(calculation);
      case 'packages':
        return this.#amountShared(
          `${this.#number(calculation.packages)} ${PACKAGES[this.#language]} × ${this.#rupiah(calculation.price)}`,
        );
      case 'day-peaks':
        return `${this.#dayPeaks(calculation)} × ${this.#rupiah(calculation.price)}`;
      case 'burst':
        return this.#amountShared(
          `${this.#difference(calculation.busiest, calculation.usual, calculation.billed)}${this.#unit(measured, calculation.billed)} × ${this.#rupiah(calculation.price)}`,
        );
      case 'cache':
      case 'percent':
        return `${formatPercent(calculation.percent, this.#language)} × ${this.#rupiah(calculation.of)}`;
      case 'limit':
        return `${this.#shared(this.#rupiah(calculation.limit))} − ${this.#rupiah(calculation.charged)}`;
    }
  }

  #tiers({ mode, parts }: Extract<Calculation, { kind: 'tiers' }>): string {
    if (mode === 'volume' || parts.length === 0) {
      const [part] = parts;
      const billed = part?.billed ?? ZERO;
      return this.#amountShared(`${this.#billed(billed)} × ${this.#rupiah(part?.price ?? ZERO)}`);
    }
    const text = parts
      .map(
        ({ billed, price }) =>
          `${this.#number(billed)}${this.#unit(this.#line.measured, billed)} × ${this.#rupiah(price)}`,
      )
      .join(' + ');
    return this.#amountShared(parts.length > 1 && this.#sharesAmount() ? `(${text})` : text);
  }

  #dayPeaks({ peaks, billed }: Extract<Calculation, { kind: 'day-peaks' }>): string {
    const days = peaks.map((peak) => this.#number(peak.billed)).join(' + ');
    const text = peaks.length === 0 ? '0' : peaks.length === 1 ? days : `(${days})`;
    return `${text}${this.#unit(this.#line.measured, billed)}`;
  }

  /** What is billed of what was measured: `(300 − 100 × 17/31 hari) transaksi`. */
  #billed(billed: Decimal): string {
    const { measured } = this.#line;
    if (measured === null || billed.eq(ZERO) || measured.included.eq(ZERO)) {
      return `${this.#number(billed)}${this.#unit(measured, billed)}`;
    }
    const isShare = !measured.included.eq(measured.includedInMonth);
    const free = this.#number(measured.includedInMonth);
    return `(${this.#number(measured.quantity)} − ${isShare ? this.#shared(free) : free})${this.#unit(measured, billed)}`;
  }

  #difference(of: Decimal, less: Decimal, result: Decimal): string {
    return result.eq(ZERO) || less.eq(ZERO)
      ? this.#number(result)
      : `(${this.#number(of)} − ${this.#number(less)})`;
  }

  /** A flow's amount is of the days as it is; any other is as for a month, and the days have their share of it. */
  #amountShared(formula: string): string {
    return this.#sharesAmount() ? this.#shared(formula) : formula;
  }

  #sharesAmount(): boolean {
    const { measured, share } = this.#line;
    return share.days !== share.of && measured !== null && METERS[measured.meter].kind === 'level';
  }

  #shared(formula: string): string {
    const { days, of } = this.#line.share;
    return days === of ? formula : `${formula} × ${days}/${of} ${DAYS[this.#language]}`;
  }

  #unit(measured: Measured | null, quantity: Decimal): string {
    if (measured === null) {
      return '';
    }
    return ` ${measured.unit?.[this.#language] ?? unitName(measured.meter, quantity, this.#language)}`;
  }

  #number(quantity: Decimal): string {
    return formatQuantity(quantity, this.#language);
  }

  #rupiah(amount: Decimal): string {
    return formatExact(amount, this.#language);
  }
}
