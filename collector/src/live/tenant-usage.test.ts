import { describe, expect, it } from 'vitest';
import { microseconds, record } from '../testing/records.ts';
import { TenantUsage } from './tenant-usage.ts';

const EMPTY_BASE = { calls: 0, bytes: 0, users: [], seen: [] };
const on = (day: string, userId = 'u1') => record({ day, userId, bytesIn: 1, bytesOut: 9 });

function october(): { usage: TenantUsage; clock: { month: string } } {
  const clock = { month: '2026-10' };
  const usage = new TenantUsage(() => clock.month);
  usage.beginAtBoundary();
  return { usage, clock };
}

describe("a tenant's live usage", () => {
  it('adds what is counted since the boundary to what the store held at it', () => {
    const { usage } = october();
    usage.add(on('2026-10-05', 'u1'));
    expect(usage.based).toBe(false);
    usage.setBase({ month: '2026-10', calls: 100, bytes: 5_000, users: ['u1', 'u2'], seen: [] });
    usage.add(on('2026-10-05', 'u3'));
    expect([usage.calls, usage.bytes, usage.activeUsers]).toEqual([102, 5_020, 3]);
  });

  it('counts each record once when the base is read again meanwhile', () => {
    const { usage } = october();
    usage.setBase({ month: '2026-10', ...EMPTY_BASE });
    usage.add(on('2026-10-05'));
    usage.beginAtBoundary();
    usage.add(on('2026-10-05'));
    expect(usage.calls).toBe(2);
    usage.setBase({ month: '2026-10', ...EMPTY_BASE, calls: 11 });
    expect(usage.calls).toBe(12);
  });

  it('begins a new month at zero, by the clock or by the first record of it', () => {
    const { usage, clock } = october();
    usage.setBase({ month: '2026-10', ...EMPTY_BASE, calls: 100, users: ['u9'] });
    clock.month = '2026-11';
    usage.add(on('2026-11-01'));
    expect([usage.month, usage.calls, usage.activeUsers]).toEqual(['2026-11', 1, 1]);
    usage.add(on('2026-10-31'));
    expect(usage.calls).toBe(1);
    clock.month = '2026-12';
    usage.turnMonth();
    expect([usage.month, usage.calls, usage.bytes, usage.activeUsers]).toEqual(['2026-12', 0, 0, 0]);
  });

  it('is not led into a month to come by a record that claims to be from there', () => {
    const { usage } = october();
    usage.setBase({ month: '2026-10', ...EMPTY_BASE, calls: 7 });
    usage.add(on('2027-01-01'));
    expect([usage.month, usage.calls]).toEqual(['2026-10', 7]);
  });

  it('leaves out a base of the month that ended while it was read', () => {
    const { usage, clock } = october();
    clock.month = '2026-11';
    usage.add(on('2026-11-01'));
    usage.setBase({ month: '2026-10', ...EMPTY_BASE, calls: 100, users: ['u9'] });
    expect([usage.month, usage.calls, usage.activeUsers]).toEqual(['2026-11', 1, 1]);
  });

  it('counts people as concurrent for five minutes', () => {
    const { usage } = october();
    const now = 1_000_000_000;
    usage.setBase({
      month: '2026-10',
      ...EMPTY_BASE,
      seen: [{ userId: 'old', lastSeen: (now - 299_000) * 1000 }],
    });
    usage.add(record({ userId: 'new', ts: microseconds(now * 1000) }));
    usage.add(record({ userId: '', ts: microseconds(now * 1000) }));
    expect(usage.concurrentUsers(now)).toBe(2);
    expect(usage.concurrentUsers(now + 1_000)).toBe(1);
    expect(usage.concurrentUsers(now + 300_000)).toBe(0);
  });

  it('gives each interval once', () => {
    const { usage } = october();
    usage.add(record({ status: 500, bytesIn: 1, bytesOut: 2 }));
    usage.add(record({ status: 404, bytesIn: 0, bytesOut: 3, userId: '' }));
    expect(usage.takeInterval()).toEqual({ calls: 2, errors: 1, bytes: 6, activeUsers: 1 });
    expect(usage.takeInterval()).toEqual({ calls: 0, errors: 0, bytes: 0, activeUsers: 0 });
  });
});
