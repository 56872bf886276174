import { expect, it } from 'vitest';
import { can, PERMISSIONS, permissionsOf, ROLES, TENANT_ROLES } from './permissions.ts';

const LEARNS = ['account:own', 'second-factor:own', 'tutoring:learn'];

it('gives each role what it may do, and no more', () => {
  expect(Object.fromEntries(ROLES.map((role) => [role, permissionsOf(role)]))).toEqual({
    administrator: [
      'usage:read',
      'endpoints:read',
      'people:read',
      'people:manage',
      'keys:manage',
      'webhooks:manage',
      'deliveries:read',
      'privacy:read',
      'privacy:manage',
      'ledger:read',
      'rejected:read',
      'audit:read',
      ...LEARNS,
      'tutoring:administer',
      'pages:edit',
      'materials:read',
      'materials:publish',
      'jobs:read',
      'jobs:manage',
      'billing:read',
      'billing:manage',
      'billing:pay',
      'plan:change',
      'data:export',
      'alerts:read',
      'alerts:manage',
      'alerts:acknowledge',
      'reports:manage',
      'sla:read',
    ],
    manager: [
      'usage:read',
      'people:read',
      'deliveries:read',
      'privacy:read',
      'ledger:read',
      ...LEARNS,
      'tutoring:administer',
      'pages:edit',
      'materials:read',
      'materials:publish',
      'billing:read',
      'billing:pay',
      'alerts:read',
      'alerts:acknowledge',
      'sla:read',
    ],
    board: [
      'usage:read',
      'privacy:read',
      'ledger:read',
      ...LEARNS,
      'materials:read',
      'billing:read',
      'billing:pay',
      'alerts:read',
      'sla:read',
    ],
    it_staff: [
      'endpoints:read',
      'keys:manage',
      'webhooks:manage',
      'deliveries:read',
      'privacy:read',
      'ledger:read',
      'rejected:read',
      'audit:read',
      ...LEARNS,
      'materials:read',
      'jobs:read',
      'alerts:read',
      'alerts:manage',
      'alerts:acknowledge',
      'sla:read',
    ],
    account_officer: [...LEARNS, 'tutoring:administer', 'materials:read'],
    mentor: [...LEARNS, 'tutoring:teach', 'materials:read', 'materials:publish'],
    member: [...LEARNS, 'materials:read'],
    operator: [
      'deliveries:read',
      'account:own',
      'second-factor:own',
      'jobs:read',
      'jobs:manage',
      'alerts:read',
      'alerts:manage',
      'alerts:acknowledge',
      'accounts:lock',
      'platform:audit',
      'platform:billing',
      'platform:jobs',
      'platform:uptime',
    ],
  });
});

it('answers for single permissions as the table says', () => {
  expect(can('board', 'usage:read')).toBe(true);
  expect(can('board', 'people:read')).toBe(false);
});

it('keeps operators out of what belongs to tenants', () => {
  const tenants = TENANT_ROLES.flatMap(permissionsOf);
  const shared = permissionsOf('operator').filter((permission) => tenants.includes(permission));
  expect(shared).toEqual([
    'deliveries:read',
    'account:own',
    'second-factor:own',
    'jobs:read',
    'jobs:manage',
    // The same routes, and of the platform there.
    'alerts:read',
    'alerts:manage',
    'alerts:acknowledge',
  ]);
  expect(Object.keys(PERMISSIONS)).toHaveLength(new Set([...tenants, ...permissionsOf('operator')]).size);
});
