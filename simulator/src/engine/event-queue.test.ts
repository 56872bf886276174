import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

interface Waiting {
  readonly handle: number;
  readonly a: number;
  at: number;
  order: number;
}

/** The same queue, as a list that is searched. */
class SlowQueue {
  readonly waiting: Waiting[] = [];
  #order = 0;

  push(handle: number, at: number, a: number): void {
    this.#order += 1;
    this.waiting.push({ handle, at, a, order: this.#order });
  }

  move(event: Waiting, at: number): void {
    this.#order += 1;
    event.at = at;
    event.order = this.#order;
  }

  remove(event: Waiting): void {
    this.waiting.splice(this.waiting.indexOf(event), 1);
  }

  pop(limit: number): Waiting | undefined {
    const [first] = [...this.waiting].sort((one, other) => one.at - other.at || one.order - other.order);
    if (first === undefined || first.at > limit) {
      return undefined;
    }
    this.remove(first);
    return first;
  }
}

function popped(queue: EventQueue): number[] {
  const payloads: number[] = [];
  while (queue.pop(Number.POSITIVE_INFINITY)) {
    payloads.push(queue.a);
  }
  return payloads;
}

describe('EventQueue', () => {
  it('gives events back in the order of their times, with all that they were scheduled with', () => {
    const queue = new EventQueue();
    queue.push(3, 1, 30, -31);
    queue.push(1, 2, 10, -11);
    queue.push(2, 0, 20, -21);
    expect(queue.pop(Number.POSITIVE_INFINITY)).toBe(true);
    expect([queue.at, queue.kind, queue.a, queue.b]).toEqual([1, 2, 10, -11]);
    expect(queue.nextAt).toBe(2);
    expect(queue.pop(1.5)).toBe(false);
    expect(popped(queue)).toEqual([20, 30]);
    expect(queue.nextAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps the order of scheduling among a thousand events of one time, and lets some precede', () => {
    const queue = new EventQueue();
    const inOrder = Array.from({ length: 1000 }, (_, index) => index);
    for (const index of inOrder) {
      queue.push(7, 0, index, 0);
    }
    queue.pushFirst(7, 0, -2, 0);
    queue.pushFirst(7, 0, -1, 0);
    expect(popped(queue)).toEqual([-2, -1, ...inOrder]);
  });

  it('does as a searched list does, whatever is scheduled, moved, cancelled and taken out', () => {
    const times = fc.integer({ min: 0, max: 12 });
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('push'), at: times, which: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('pop'), at: times, which: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('move'), at: times, which: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove'), at: times, which: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = new EventQueue();
        const slow = new SlowQueue();
        for (const [index, { kind, at, which }] of steps.entries()) {
          const chosen = slow.waiting[which % Math.max(1, slow.waiting.length)];
          if (kind === 'push') {
            slow.push(queue.push(at, index % 3, index, 1000 - index), at, index);
          } else if (kind === 'pop') {
            const expected = slow.pop(at);
            expect(queue.pop(at)).toBe(expected !== undefined);
            if (expected !== undefined) {
              expect([queue.at, queue.kind, queue.a, queue.b]).toEqual([
                expected.at,
                expected.a % 3,
                expected.a,
                1000 - expected.a,
              ]);
            }
          } else if (chosen !== undefined && kind === 'move') {
            queue.move(chosen.handle, at);
            slow.move(chosen, at);
          } else if (chosen !== undefined) {
            queue.remove(chosen.handle);
            slow.remove(chosen);
          }
          expect(queue.size).toBe(slow.waiting.length);
        }
        const rest = slow.waiting.sort((one, other) => one.at - other.at || one.order - other.order);
        expect(popped(queue)).toEqual(rest.map(({ a }) => a));
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
