import { expect, it } from 'vitest';
import { can, PERMISSIONS, permissionsOf, ROLES } from './permissions.ts';

it('gives each role what it may do, and no more', () => {
  expect(Object.fromEntries(ROLES.map((role) => [role, permissionsOf(role)]))).toEqual({
    administrator: [
      'usage:read',
      'endpoints:read',
      'people:read',
      'keys:manage',
      'privacy:read',
      'privacy:manage',
      'ledger:read',
      'rejected:read',
    ],
    manager: ['usage:read', 'people:read', 'privacy:read', 'ledger:read'],
    board: ['usage:read', 'privacy:read', 'ledger:read'],
    it_staff: ['endpoints:read', 'keys:manage', 'privacy:read', 'ledger:read', 'rejected:read'],
    account_officer: [],
    member: [],
  });
});

it('answers for single permissions as the table says', () => {
  expect(can('board', 'usage:read')).toBe(true);
  expect(can('board', 'people:read')).toBe(false);
  for (const allowed of Object.values(PERMISSIONS)) {
    expect(allowed).toContain('administrator');
  }
});
