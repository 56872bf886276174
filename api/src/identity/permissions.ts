/** What a person is to a tenant. `board` is the pengurus of a co-operative; a mentor teaches, a member learns. */
export const TENANT_ROLES = [
  'administrator',
  'manager',
  'board',
  'it_staff',
  'account_officer',
  'mentor',
  'member',
] as const;

/** Those, and the role of the people who run the platform. */
export const ROLES = [...TENANT_ROLES, 'operator'] as const;

export type TenantRole = (typeof TENANT_ROLES)[number];
export type Role = (typeof ROLES)[number];

/** The tenant that operators, and nobody else, are people of. */
export const OPERATORS_TENANT = 'platform';

/** Which roles may do what. The only place that says so. */
export const PERMISSIONS = {
  /** Usage of the tenant: totals, days, live. */
  'usage:read': ['administrator', 'manager', 'board'],
  /** Which endpoints are called, how often and how fast. */
  'endpoints:read': ['administrator', 'it_staff'],
  /** What single people use. */
  'people:read': ['administrator', 'manager'],
  /** Invite people, change their roles, take them out of the tenant. */
  'people:manage': ['administrator'],
  /** Make, change and end the keys that applications send with. */
  'keys:manage': ['administrator', 'it_staff'],
  /** The addresses of applications that are told of events. */
  'webhooks:manage': ['administrator', 'it_staff'],
  /** What was sent to whom, and what became of it. */
  'deliveries:read': ['administrator', 'manager', 'it_staff', 'operator'],
  /** What is kept of people, and for how long. */
  'privacy:read': ['administrator', 'manager', 'board', 'it_staff'],
  /** Decide it, and erase what was kept of somebody. */
  'privacy:manage': ['administrator'],
  /** Whether everything that was taken in is stored. */
  'ledger:read': ['administrator', 'manager', 'board', 'it_staff'],
  /** What was refused, as it was sent. */
  'rejected:read': ['administrator', 'it_staff'],
  /** Who did what: of the own tenant. */
  'audit:read': ['administrator', 'it_staff'],
  /** Own profile, devices, notifications: everybody's who is logged in. */
  'account:own': ROLES,
  /** The own second factor: all that a session may do which still owes one. */
  'second-factor:own': ROLES,
  /** Book sessions, pay for them, rate them. */
  'tutoring:learn': TENANT_ROLES,
  /** Give sessions, set the own schedule, offer courses. */
  'tutoring:teach': ['mentor'],
  /** Verify payments, look after sessions. */
  'tutoring:administer': ['administrator', 'manager', 'account_officer'],
  /** Write, preview, publish and roll back pages. */
  'pages:edit': ['administrator', 'manager'],
  'materials:read': TENANT_ROLES,
  /** Publish materials, and see how they are used. */
  'materials:publish': ['administrator', 'manager', 'mentor'],
  /** Background jobs that were given up. */
  'jobs:read': ['administrator', 'it_staff', 'operator'],
  /** Retry or discard them. */
  'jobs:manage': ['administrator', 'operator'],
  /** What the tenant's usage costs: invoices, balance, preview. */
  'billing:read': ['administrator', 'manager', 'board'],
  /** Decide about it: the budget, the plan. */
  'billing:manage': ['administrator'],
  /** Pay it. The treasurer of a co-operative is one of its board. */
  'billing:pay': ['administrator', 'manager', 'board'],
  /** Ask for another plan, and withdraw it. */
  'plan:change': ['administrator'],
  /** Have a copy of all of the tenant's data made, and download it. */
  'data:export': ['administrator'],
  /** Rules and alerts; operators those of the platform. */
  'alerts:read': ['administrator', 'manager', 'board', 'it_staff', 'operator'],
  /** Make and change rules, silence them, decide who sleeps through what. */
  'alerts:manage': ['administrator', 'it_staff', 'operator'],
  /** Take an alert on: acknowledge, comment, snooze, resolve. Those whom alerts are sent to. */
  'alerts:acknowledge': ['administrator', 'manager', 'it_staff', 'operator'],
  /** See the usage reports that go out by mail, and have one sent to try it. */
  'reports:manage': ['administrator'],
  /** How much of a month the service was there, and what the plan promises. */
  'sla:read': ['administrator', 'manager', 'board', 'it_staff'],
  /** Lock and unlock anybody's account, and see why one is locked. */
  'accounts:lock': ['operator'],
  /** Who did what, anywhere. */
  'platform:audit': ['operator'],
  /** Invoices, contracts and payments of every tenant. */
  'platform:billing': ['operator'],
  /** Background jobs of every tenant. */
  'platform:jobs': ['operator'],
  /** How much of a month the platform was there. */
  'platform:uptime': ['operator'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

/** Those who must have a second factor. */
const SECOND_FACTOR_REQUIRED: readonly Role[] = ['operator'];

/** True for a role that nobody may act in without a second factor. */
export function needsSecondFactor(role: Role): boolean {
  return SECOND_FACTOR_REQUIRED.includes(role);
}

/** True when a role has a permission. */
export function can(role: Role, permission: Permission): boolean {
  const allowed: readonly Role[] = PERMISSIONS[permission];
  return allowed.includes(role);
}

/** Every role that has a permission. */
export function rolesWith(permission: Permission): Role[] {
  return ROLES.filter((role) => can(role, permission));
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
