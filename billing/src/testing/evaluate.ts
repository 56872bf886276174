/*
 * Does a printed formula again, from its text alone: words are units; `×` and `/` bind alike, from the left; a quotient is
 * to 12 decimals; `%` is hundredths.
 */
import { type Decimal, decimal, kept, quotient } from '../money/decimal.ts';
import type { Language } from '../plans/plan.ts';

const SEPARATORS = { id: { group: '.', point: ',' }, en: { group: ',', point: '.' } };

/** Both sides of `formula = result`, the left one computed and kept to 12 decimals. */
export function evaluate(text: string, language: Language): { computed: Decimal; printed: Decimal } {
  const [left, right, more] = text.split(' = ');
  if (left === undefined || right === undefined || more !== undefined) {
    throw new Error(`"${text}" is not one formula and its result.`);
  }
  return { computed: kept(value(left, language)), printed: value(right, language) };
}

function value(text: string, language: Language): Decimal {
  const tokens = text.match(/\d(?:[\d.,]*\d)?|[×/+−%()]/g) ?? [];
  let at = 0;
  const next = (...expected: string[]): boolean => {
    const isNext = expected.includes(tokens[at] ?? '');
    at += isNext ? 1 : 0;
    return isNext;
  };

  function sumOf(): Decimal {
    let result = product();
    for (;;) {
      if (next('+')) {
        result = result.plus(product());
      } else if (next('−')) {
        result = result.minus(product());
      } else {
        return result;
      }
    }
  }

  function product(): Decimal {
    let result = factor();
    for (;;) {
      if (next('×')) {
        result = result.times(factor());
      } else if (next('/')) {
        result = quotient(result, factor());
      } else {
        return result;
      }
    }
  }

  function factor(): Decimal {
    if (next('−')) {
      return factor().neg();
    }
    const result = next('(') ? inner() : numberAt();
    return next('%') ? result.times(decimal('0.01')) : result;
  }

  function inner(): Decimal {
    const result = sumOf();
    if (!next(')')) {
      throw new Error(`"${text}" lacks a closing bracket.`);
    }
    return result;
  }

  function numberAt(): Decimal {
    const { group, point } = SEPARATORS[language];
    const digits = (tokens[at] ?? '').replaceAll(group, '').replace(point, '.');
    at += 1;
    return decimal(digits);
  }

  const result = sumOf();
  if (at !== tokens.length) {
    throw new Error(`"${text}" goes on after what can be computed.`);
  }
  return result;
}
