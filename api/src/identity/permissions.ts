/** What a person is to a tenant. `board` is the pengurus of a co-operative. */
export const ROLES = ['administrator', 'manager', 'board', 'it_staff', 'account_officer', 'member'] as const;
export type Role = (typeof ROLES)[number];

/** Which roles may do what. The only place that says so. */
export const PERMISSIONS = {
  /** Usage of the tenant: totals, days, live. */
  'usage:read': ['administrator', 'manager', 'board'],
  /** Which endpoints are called, how often and how fast. */
  'endpoints:read': ['administrator', 'it_staff'],
  /** What single people use. */
  'people:read': ['administrator', 'manager'],
  /** Make, change and end the keys that applications send with. */
  'keys:manage': ['administrator', 'it_staff'],
  /** What is kept of people, and for how long. */
  'privacy:read': ['administrator', 'manager', 'board', 'it_staff'],
  /** Decide it, and erase what was kept of somebody. */
  'privacy:manage': ['administrator'],
  /** Whether everything that was taken in is stored. */
  'ledger:read': ['administrator', 'manager', 'board', 'it_staff'],
  /** What was refused, as it was sent. */
  'rejected:read': ['administrator', 'it_staff'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

/** True when a role has a permission. */
export function can(role: Role, permission: Permission): boolean {
  const allowed: readonly Role[] = PERMISSIONS[permission];
  return allowed.includes(role);
}

/** Every permission of a role, in the order of the table. */
export function permissionsOf(role: Role): Permission[] {
  return Object.keys(PERMISSIONS)
    .filter(isPermission)
    .filter((permission) => can(role, permission));
}

function isPermission(name: string): name is Permission {
  return name in PERMISSIONS;
}
