import { describe, expect, it } from 'vitest';
import { USER_CLASSES } from '../population/user-class.ts';
import { ACTIONS, type Action } from '../workload/endpoints.ts';
import { audienceOf, PageCache } from './page-cache.ts';
import { traceOf } from './test-trace.ts';

const LIFETIME = 1000;
const LEARNER = audienceOf(true, USER_CLASSES.indexOf('learner-heavy'));
const MENTOR = audienceOf(true, USER_CLASSES.indexOf('mentor-regular'));
const BROWSER = audienceOf(true, USER_CLASSES.indexOf('browser'));
const VISITOR = audienceOf(false, USER_CLASSES.indexOf('learner-heavy'));

function cache(): {
  pages: PageCache;
  look: (at: number, action: Action, item: number, who: number) => boolean;
} {
  const pages = new PageCache(
    traceOf([
      { at: 0, action: 'courses.list' },
      { at: 1, action: 'courses.search', item: 3 },
      { at: 2, action: 'course.detail', item: 40 },
      { at: 3, action: 'mentor.detail', item: 3 },
    ]),
    LIFETIME,
  );
  return { pages, look: (at, action, item, who) => pages.lookUp(at, ACTIONS.indexOf(action), item, who) };
}

describe('the page cache', () => {
  it('has a page from the second look on, until its lifetime ends', () => {
    const { pages, look } = cache();
    expect(look(0, 'course.detail', 7, LEARNER)).toBe(false);
    expect(look(1, 'course.detail', 7, LEARNER)).toBe(true);
    expect(look(1, 'course.detail', 8, LEARNER)).toBe(false);
    expect(look(LIFETIME - 1, 'course.detail', 7, LEARNER)).toBe(true);
    expect(look(LIFETIME, 'course.detail', 7, LEARNER)).toBe(false);
    pages.expire(2 * LIFETIME - 1);
    expect(pages.count).toBe(1);
    pages.expire(2 * LIFETIME);
    expect(pages.count).toBe(0);
  });

  it('throws the list away for members when a course is made, and renews it for visitors', () => {
    const { pages, look } = cache();
    look(0, 'courses.list', 0, LEARNER);
    look(0, 'courses.list', 0, VISITOR);
    look(0, 'course.detail', 1, LEARNER);
    pages.change(ACTIONS.indexOf('course.create'));
    expect(look(1, 'courses.list', 0, LEARNER)).toBe(false);
    expect(look(1, 'courses.list', 0, VISITOR)).toBe(true);
    expect(look(1, 'course.detail', 1, LEARNER)).toBe(true);
  });

  it('throws search results away one word after the other', () => {
    const { pages, look } = cache();
    const words = [1, 2, 3];
    for (const word of words) {
      look(0, 'courses.search', word, LEARNER);
    }
    pages.change(ACTIONS.indexOf('course.create'));
    expect(words.filter((word) => !look(1, 'courses.search', word, LEARNER))).toHaveLength(1);
  });

  it('throws the page of one mentor away when a review is written', () => {
    const { pages, look } = cache();
    const mentors = [1, 2, 3];
    for (const mentor of mentors) {
      look(0, 'mentor.detail', mentor, LEARNER);
    }
    pages.change(ACTIONS.indexOf('review'));
    expect(mentors.filter((mentor) => !look(1, 'mentor.detail', mentor, LEARNER))).toHaveLength(1);
  });

  it('answers visitors with a page of any age, for it is made anew in the background', () => {
    const { pages, look } = cache();
    look(0, 'course.detail', 7, VISITOR);
    pages.expire(3 * LIFETIME);
    expect(pages.count).toBe(1);
    expect(look(3 * LIFETIME, 'course.detail', 7, VISITOR)).toBe(true);
  });

  it('keeps the pages of members apart from those of visitors and of members with other rights', () => {
    const { look } = cache();
    look(0, 'courses.list', 0, VISITOR);
    expect(look(1, 'courses.list', 0, LEARNER)).toBe(false);
    expect(look(2, 'courses.list', 0, MENTOR)).toBe(false);
    expect(look(2, 'courses.list', 0, BROWSER)).toBe(true);
  });

  it('is empty after a restart', () => {
    const { pages, look } = cache();
    look(0, 'courses.list', 0, VISITOR);
    look(0, 'courses.list', 0, LEARNER);
    pages.restart();
    expect(pages.count).toBe(0);
    expect(look(1, 'courses.list', 0, VISITOR)).toBe(false);
    expect(look(1, 'courses.list', 0, LEARNER)).toBe(false);
  });
});
