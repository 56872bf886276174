import { describe, expect, it } from 'vitest';
import { type DueTerms, dueKind, nextDue } from './due.ts';

const FIRED = new Date('2026-11-20T10:00:00Z');
const TERMS: DueTerms = {
  severity: 'critical',
  firedAt: FIRED,
  acknowledged: false,
  escalation: 0,
  repeat: null,
  escalateAfter: null,
};

const after = (minutes: number): Date => new Date(FIRED.getTime() + minutes * 60_000);

describe('nextDue', () => {
  it('is never, for an alert that is neither repeated nor handed on', () => {
    expect(nextDue(TERMS, FIRED)).toBeNull();
  });

  it('is the repetition counted from when it was told last', () => {
    expect(nextDue({ ...TERMS, repeat: 3_600 }, after(7))).toEqual(after(67));
  });

  it('is when it is handed on, counted from when it fired, where that comes first', () => {
    const terms = { ...TERMS, repeat: 3_600, escalateAfter: 900 };
    expect(nextDue(terms, FIRED)).toEqual(after(15));
    expect(nextDue({ ...terms, escalation: 1 }, after(15))).toEqual(after(30));
    expect(nextDue({ ...terms, repeat: 300 }, FIRED)).toEqual(after(5));
  });

  it('hands on twice at most, never what is for information, and nothing that somebody acknowledged', () => {
    const terms = { ...TERMS, escalateAfter: 900 };
    expect(nextDue({ ...terms, escalation: 2 }, after(30))).toBeNull();
    expect(nextDue({ ...terms, severity: 'info' }, FIRED)).toBeNull();
    expect(nextDue({ ...terms, repeat: 60, acknowledged: true }, FIRED)).toBeNull();
  });
});

describe('dueKind', () => {
  it('is handed on once its time has come, and else told again', () => {
    const terms = { ...TERMS, repeat: 300, escalateAfter: 900 };
    expect(dueKind(terms, after(5))).toBe('repeated');
    expect(dueKind(terms, after(15))).toBe('escalated');
    expect(dueKind({ ...terms, escalation: 2 }, after(60))).toBe('repeated');
  });

  it('is told again for a reason that is not its own, such as the end of a silence', () => {
    expect(dueKind(TERMS, after(5))).toBe('repeated');
  });

  it('is nothing once it was acknowledged', () => {
    expect(dueKind({ ...TERMS, acknowledged: true, escalateAfter: 900 }, after(15))).toBeUndefined();
  });
});
