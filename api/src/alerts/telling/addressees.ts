import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { OPERATORS_TENANT, ROLES, type Role } from '../../identity/permissions.ts';
import type { Schema } from '../../postgres/schema.ts';
import type { AlertNews } from '../news.ts';
import type { OutsideChannel } from './channels.ts';
import { channelsOffOf, wantedChannels } from './preferences.ts';
import { type AlertRoute, lastResort, leads } from './routing.ts';
import { routingsOf } from './stored-routing.ts';
import { topicOf } from './topics.ts';

/** A person who is to be told of a news, and by what beside the application. */
export interface Addressee {
  readonly eventId: string;
  /** That they are a person of. */
  readonly tenantId: string;
  readonly userId: string;
  readonly channels: readonly OutsideChannel[];
}

interface Person {
  readonly tenantId: string;
  readonly userId: string;
  readonly role: Role;
}

const personRow = z.object({ tenant_id: z.string(), user_id: z.string(), role: z.enum(ROLES) });

/**
 * Who is told that something fired, still lasts or was handed on, each person once for a news however many routes lead
 * to them.
 */
export async function addresseesOf(db: Kysely<Schema>, news: readonly AlertNews[]): Promise<Addressee[]> {
  const tenantIds = [...new Set(news.map(({ alert }) => alert.tenantId))];
  const routings = await routingsOf(db, tenantIds);
  const candidates = tenantIds.flatMap((id) => [...(routings.get(id)?.routes ?? []), ...lastResort(id)]);
  const people = await peopleOf(db, tenantIds, candidates);
  const off = await channelsOffOf(
    db,
    people.map(({ userId }) => userId),
  );
  return news.flatMap((item) => {
    const { tenantId } = item.alert;
    const routes = (routings.get(tenantId)?.routes ?? []).filter((route) => isFor(route, item));
    const reached = byPerson(routes, people, tenantId);
    const told =
      reached.size > 0 || item.kind === 'escalated'
        ? reached
        : byPerson(
            lastResort(tenantId).filter((route) => leads(route, subjectOf(item))),
            people,
            tenantId,
          );
    return [...told].map(([person, channels]) => ({
      eventId: item.eventId,
      tenantId: person.tenantId,
      userId: person.userId,
      channels: wantedChannels([...channels], off.get(person.userId) ?? [], {
        role: person.role,
        severity: item.alert.rule.rule.severity,
      }),
    }));
  });
}

/** What is handed on goes to the next level; what still lasts, to everybody it has reached so far. */
function isFor(route: AlertRoute, item: AlertNews): boolean {
  const level = item.alert.escalation + 1;
  const levelFits =
    item.kind === 'escalated'
      ? route.level === level
      : item.kind === 'repeated'
        ? route.level <= level
        : route.level === 1;
  return levelFits && leads(route, subjectOf(item));
}

function subjectOf({ alert }: AlertNews) {
  const { rule } = alert.rule;
  return { topic: topicOf(rule.signal), severity: rule.severity };
}

function byPerson(
  routes: readonly AlertRoute[],
  people: readonly Person[],
  tenantId: string,
): Map<Person, Set<OutsideChannel>> {
  const reached = new Map<Person, Set<OutsideChannel>>();
  for (const route of routes) {
    const home = route.role === 'operator' ? OPERATORS_TENANT : tenantId;
    for (const person of people) {
      const meant = route.role === undefined ? person.userId === route.user_id : person.role === route.role;
      if (meant && person.tenantId === home) {
        const channels = reached.get(person) ?? new Set();
        reached.set(person, channels);
        for (const channel of route.channels) {
          channels.add(channel);
        }
      }
    }
  }
  return reached;
}

async function peopleOf(
  db: Kysely<Schema>,
  tenantIds: readonly string[],
  routes: readonly AlertRoute[],
): Promise<Person[]> {
  const roles = [...new Set(routes.flatMap(({ role }) => role ?? []))];
  const userIds = [...new Set(routes.flatMap(({ user_id }) => user_id ?? []))];
  const { rows } = await sql`
    select tenant_id, user_id, role from memberships
    where tenant_id = any(${[...tenantIds, OPERATORS_TENANT]}) and (role = any(${roles}) or user_id = any(${userIds}))
    order by tenant_id, user_id`.execute(db);
  return rows.map((row) => {
    const { tenant_id: tenantId, user_id: userId, role } = personRow.parse(row);
    return { tenantId, userId, role };
  });
}
