import type { Language } from './language.ts';

/** What sentences are put together from. Numbers and spans go into them as text. */
export interface Phrases {
  readonly above: (limit: string) => string;
  readonly below: (limit: string) => string;
  readonly not: (what: string) => string;
  readonly times: (count: string) => string;
  /** A percentage above or below what was. */
  readonly rise: (percent: string, than: string) => string;
  readonly fall: (percent: string, than: string) => string;
  readonly lastWeek: (window: string) => string;
  readonly windowBefore: (window: string) => string;
  readonly over: (window: string) => string;
  readonly lasting: (span: string) => string;
  readonly both: (one: string, other: string) => string;
  readonly was: (name: string, value: string) => string;
  readonly in: (value: string, span: string) => string;
  readonly noData: (name: string) => string;
}

export const PHRASES: Readonly<Record<Language, Phrases>> = {
  en: {
    above: (limit) => `above ${limit}`,
    below: (limit) => `below ${limit}`,
    not: (what) => `not ${what}`,
    times: (count) => `${count} times what the month allows`,
    rise: (percent, than) => `more than ${percent} above ${than}`,
    fall: (percent, than) => `more than ${percent} below ${than}`,
    lastWeek: (window) => `the same ${window} of last week`,
    windowBefore: (window) => `the ${window} before`,
    over: (window) => `over ${window}`,
    lasting: (span) => `for ${span}`,
    both: (one, other) => `${one} and ${other}`,
    was: (name, value) => `${name} was ${value}`,
    in: (value, span) => `${value} in ${span}`,
    noData: (name) => `${name}: no data`,
  },
  id: {
    above: (limit) => `di atas ${limit}`,
    below: (limit) => `di bawah ${limit}`,
    not: (what) => `tidak ${what}`,
    times: (count) => `${count} kali jatah sebulan`,
    rise: (percent, than) => `lebih dari ${percent} di atas ${than}`,
    fall: (percent, than) => `lebih dari ${percent} di bawah ${than}`,
    lastWeek: (window) => `${window} yang sama minggu lalu`,
    windowBefore: (window) => `${window} sebelumnya`,
    over: (window) => `dalam ${window}`,
    lasting: (span) => `selama ${span}`,
    both: (one, other) => `${one} dan ${other}`,
    was: (name, value) => `${name} ${value}`,
    in: (value, span) => `${value} pada ${span}`,
    noData: (name) => `${name}: tidak ada data`,
  },
};
