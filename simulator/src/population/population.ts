import { createStream, type RandomStream } from '../random/stream.ts';
import { FAMILY_NAMES, GIVEN_NAMES } from './names.ts';
import { PEOPLE_PER_CLASS, roleOf, USER_CLASSES, type UserClass, type UserRole } from './user-class.ts';

/** Seed of the names when none is given, so that the demo's people are always the same. */
const DEFAULT_SEED = 1;

/** One of the people who use the documented system. */
export interface Person {
  /** Stable whatever the seed: class and number, for example `mentor-superstar-1`. */
  readonly key: string;
  readonly userClass: UserClass;
  readonly role: UserRole;
  /** Invented display name; it depends on the seed. */
  readonly name: string;
}

/**
 * The sixty people of the documented month, in the order of their classes.
 *
 * @param seed decides the names only; no two people share one
 */
export function population(seed: number = DEFAULT_SEED): Person[] {
  const stream = createStream(seed, 'names');
  const taken = new Set<string>();
  return USER_CLASSES.flatMap((userClass) =>
    Array.from({ length: PEOPLE_PER_CLASS[userClass] }, (_, index) => ({
      key: `${userClass}-${index + 1}`,
      userClass,
      role: roleOf(userClass),
      name: inventName(stream, taken),
    })),
  );
}

function inventName(stream: RandomStream, taken: Set<string>): string {
  for (;;) {
    const name = `${pick(stream, GIVEN_NAMES)} ${pick(stream, FAMILY_NAMES)}`;
    if (!taken.has(name)) {
      taken.add(name);
      return name;
    }
  }
}

function pick(stream: RandomStream, names: readonly string[]): string {
  return names[Math.floor(stream.next() * names.length)] ?? '';
}
