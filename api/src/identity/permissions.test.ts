import { expect, it } from 'vitest';
import { can, PERMISSIONS, permissionsOf, ROLES } from './permissions.ts';

it('gives each role what it may do, and no more', () => {
  expect(Object.fromEntries(ROLES.map((role) => [role, permissionsOf(role)]))).toEqual({
    administrator: ['usage:read', 'endpoints:read', 'people:read'],
    manager: ['usage:read', 'people:read'],
    board: ['usage:read'],
    it_staff: ['endpoints:read'],
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
