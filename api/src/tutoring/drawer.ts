import { createHash } from 'node:crypto';

const ID_DIGITS = 20;

/** Choices by purpose: one choice does not depend on how many were made before it. */
export interface Drawer {
  between(purpose: string, least: number, most: number): number;
  one<T>(purpose: string, choices: readonly T[]): T;
  some<T>(purpose: string, choices: readonly T[], count: number): T[];
  /** Twenty hexadecimal digits, as ids have them. */
  hex(purpose: string): string;
}

/** @param seed the same seed gives the same choices */
export function drawer(seed: string): Drawer {
  const digest = (purpose: string): Buffer => createHash('sha256').update(`${seed}/${purpose}`).digest();
  const number = (purpose: string): number => digest(purpose).readUInt32BE();
  const some = <T>(purpose: string, choices: readonly T[], count: number): T[] =>
    choices
      .map((choice, index) => ({ choice, order: number(`${purpose}/${index}`) }))
      .sort((a, b) => a.order - b.order)
      .slice(0, count)
      .map(({ choice }) => choice);
  return {
    between: (purpose, least, most) => least + (number(purpose) % (most - least + 1)),
    one(purpose, choices) {
      const [choice] = some(purpose, choices, 1);
      if (choice === undefined) {
        throw new RangeError(`there is nothing to choose from for ${purpose}`);
      }
      return choice;
    },
    some,
    hex: (purpose) => digest(purpose).toString('hex').slice(0, ID_DIGITS),
  };
}
