import { describe, expect, it } from 'vitest';
import { population } from './population.ts';
import { PEOPLE_PER_CLASS, USER_CLASSES } from './user-class.ts';

describe('population', () => {
  it('has sixty people, as many of each class as documented', () => {
    const people = population();
    expect(people).toHaveLength(60);
    for (const userClass of USER_CLASSES) {
      expect(people.filter((person) => person.userClass === userClass)).toHaveLength(
        PEOPLE_PER_CLASS[userClass],
      );
    }
    const roles = people.map(({ role }) => role);
    expect(roles.filter((role) => role === 'mentor')).toHaveLength(10);
    expect(roles.filter((role) => role === 'learner')).toHaveLength(10);
  });

  it('keeps the keys whatever the seed, and changes the names with it', () => {
    const one = population(1);
    const other = population(2);
    expect(one.map(({ key }) => key)).toEqual(other.map(({ key }) => key));
    expect(one.map(({ name }) => name)).not.toEqual(other.map(({ name }) => name));
    expect(one).toEqual(population(1));
    expect(one.at(0)?.key).toBe('mentor-superstar-1');
    expect(one.at(-1)?.key).toBe('inactive-2');
  });

  it('gives no two people one name or one key', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const people = population(seed);
      expect(new Set(people.map(({ name }) => name)).size).toBe(60);
      expect(new Set(people.map(({ key }) => key)).size).toBe(60);
    }
  });
});
