/*
 * Who is told of what, by which channel.
 *
 * What always holds: whoever is told at all sees it in the application too; and an alert that no route leads to
 * anybody from is told to the administrators.
 */
import { SEVERITIES, type Severity } from '@riwayat/alerting';
import { z } from 'zod';
import { OPERATORS_TENANT, ROLES, type Role, TENANT_ROLES } from '../../identity/permissions.ts';
import { anyId } from '../../ids/id.ts';
import { OUTSIDE_CHANNELS, type OutsideChannel } from './channels.ts';
import { TOPICS, type Topic } from './topics.ts';

/** Who is told at once, who when nobody has acknowledged it, and who when they have not either. */
const LEVELS = [1, 2, 3] as const;
export const MOST_ROUTES = 50;

/** One line of a routing: what matches it is told to a role or a person by these channels. */
export const alertRouteSchema = z
  .object({
    level: z
      .literal(LEVELS)
      .describe('1: told at once; 2: when nobody has acknowledged it in time; 3: when they have not either'),
    role: z.enum(ROLES).optional().describe('Everybody with this role; operator: who runs the platform'),
    user_id: anyId.optional().describe('One person instead of a role'),
    topics: z.array(z.enum(TOPICS)).max(TOPICS.length).describe('What alerts are about; none: all of it'),
    least: z.enum(SEVERITIES).describe('The least severity'),
    channels: z
      .array(z.enum(OUTSIDE_CHANNELS))
      .min(1)
      .max(OUTSIDE_CHANNELS.length)
      .describe('Beside the application itself, where everything shows'),
  })
  .strict()
  .refine(({ role, user_id }) => (role === undefined) !== (user_id === undefined), {
    path: ['role'],
    message: 'give a role or a user_id, one of the two',
  });

export type AlertRoute = Readonly<z.infer<typeof alertRouteSchema>>;

const ALL: readonly OutsideChannel[] = OUTSIDE_CHANNELS;

/** Real-time by push and mail; what is critical by WhatsApp as well, an emergency by SMS too. */
const AT_ONCE: readonly (readonly [Severity, readonly OutsideChannel[]])[] = [
  ['info', ['mail', 'push']],
  ['critical', ['whatsapp']],
  ['emergency', ['sms']],
];

function atOnce(role: Role, topics: readonly Topic[]): AlertRoute[] {
  return AT_ONCE.map(([least, channels]) => ({
    level: 1,
    role,
    topics: [...topics],
    least,
    channels: [...channels],
  }));
}

function handedOn(level: 2 | 3, role: Role, least: Severity): AlertRoute {
  return { level, role, topics: [], least, channels: [...ALL] };
}

/**
 * What holds for a tenant that has decided nothing. Limits go to administrators, budgets to managers, performance to IT
 * staff (tenant-billing document, "Usage Alerts"); channels by how bad it is (the same, "Notification Channels").
 */
const TENANT_DEFAULTS: readonly AlertRoute[] = [
  ...atOnce('administrator', ['limits', 'security']),
  ...atOnce('manager', ['costs']),
  ...atOnce('it_staff', ['performance', 'resources', 'security']),
  handedOn(2, 'manager', 'warning'),
  handedOn(2, 'it_staff', 'warning'),
  handedOn(3, 'operator', 'critical'),
];

const PLATFORM_DEFAULTS: readonly AlertRoute[] = [
  ...atOnce('operator', []),
  handedOn(2, 'operator', 'warning'),
  handedOn(3, 'operator', 'warning'),
];

/** The routes of whoever has not made their own. */
export function defaultRoutes(tenantId: string): readonly AlertRoute[] {
  return tenantId === OPERATORS_TENANT ? PLATFORM_DEFAULTS : TENANT_DEFAULTS;
}

/** Where everything goes that no route leads anywhere. */
export function lastResort(tenantId: string): AlertRoute[] {
  return atOnce(tenantId === OPERATORS_TENANT ? 'operator' : 'administrator', []);
}

/** Learners and mentors use the application; that it is slow is for others to know. */
const TOLD_ROLES = [
  ...TENANT_ROLES.filter((role) => role !== 'member' && role !== 'mentor'),
  'operator',
] as const;

/** Roles that a tenant may name: its own, and those to whom it may hand an alert on. */
export function rolesNameableBy(tenantId: string): readonly Role[] {
  return tenantId === OPERATORS_TENANT ? ['operator'] : TOLD_ROLES;
}

/** True for a route that an alert takes. */
export function leads(
  { topics, least }: Pick<AlertRoute, 'topics' | 'least'>,
  { topic, severity }: { readonly topic: Topic; readonly severity: Severity },
): boolean {
  return (topics.length === 0 || topics.includes(topic)) && atLeast(severity, least);
}

/** True when something is as bad as something else, or worse. */
export function atLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
