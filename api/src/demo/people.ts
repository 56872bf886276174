import { createHmac, randomBytes } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import { type Person, population } from '@riwayat/simulator';
import type { People } from '../identity/people.ts';
import type { Role, TenantRole } from '../identity/permissions.ts';

export const DEMO_TENANT = 'chill-ajar' as TenantId;
export const DEMO_TIMEZONE = 'Asia/Jakarta';

const PASSWORD_BYTES = 9;
const EMAIL_DOMAIN = 'chill-ajar.example';

/** People who open the dashboard, one for each role that sees something different there. */
const STAFF = [
  { role: 'administrator', name: 'Administrator' },
  { role: 'manager', name: 'Manajer' },
  { role: 'board', name: 'Pengurus' },
  { role: 'it_staff', name: 'Staf TI' },
] as const satisfies readonly { role: Role; name: string }[];

export interface Login {
  readonly role: Role;
  readonly email: string;
  readonly password: string;
}

/** The id that a simulated person has as a user: it is what the recorded requests carry. */
export function demoUserId(userKey: string): string {
  return `${DEMO_TENANT}-${userKey}`;
}

/** The log-in of a simulated person. */
export function demoAccount(userKey: string, secret: string): { email: string; password: string } {
  const password = createHmac('sha256', secret).update(`demo-password:${userKey}`).digest('base64url');
  return { email: demoEmail(userKey), password };
}

/** Makes the sixty people of the documented month. */
export async function createPopulation(people: People, secret: string): Promise<void> {
  await Promise.all(
    population().map(({ key, name, role }) =>
      people.createUser({
        id: demoUserId(key),
        name,
        memberships: [{ tenantId: DEMO_TENANT, role: roleOf(role) }],
        ...demoAccount(key, secret),
      }),
    ),
  );
}

/** The simulated administrators look after bookings and payments, and no more. */
function roleOf(role: Person['role']): TenantRole {
  switch (role) {
    case 'mentor':
      return 'mentor';
    case 'admin':
      return 'account_officer';
    default:
      return 'member';
  }
}

/**
 * Makes the staff that opens the dashboard, each with a new random password that is kept nowhere but in the answer.
 * Staff that a start which was cut off has made get new passwords too: theirs were never shown.
 */
export async function createStaff(people: People): Promise<Login[]> {
  return Promise.all(
    STAFF.map(async ({ role, name }) => {
      const email = demoEmail(role.replace('_', '-'));
      const password = randomBytes(PASSWORD_BYTES).toString('base64url');
      const memberships = [{ tenantId: DEMO_TENANT, role }];
      const { id, created } = await people.createUser({ email, name, password, memberships });
      if (!created) {
        await people.setPassword(id, password);
      }
      return { role, email, password };
    }),
  );
}

/** Those of the sixty who teach. */
export function mentors(): Person[] {
  return population().filter(({ role }) => role === 'mentor');
}

/** User ids of those who book sessions. */
export function learners(): string[] {
  return population()
    .filter(({ role }) => role === 'learner' || role === 'occasional')
    .map(({ key }) => demoUserId(key));
}

/** User id of the one who has verified payments. */
export function paymentOfficer(): string {
  const [officer] = population().filter(({ role }) => role === 'admin');
  if (officer === undefined) {
    throw new Error('Nobody of the documented population administers it.');
  }
  return demoUserId(officer.key);
}

function demoEmail(localPart: string): string {
  return `${localPart}@${EMAIL_DOMAIN}`;
}
