// `npm run tenant -- operator …` and `second-factor …`: what only somebody at the machine may do about accounts.
import { randomBytes } from 'node:crypto';
import { Argument, type Command } from 'commander';
import { appointOperator } from '../identity/operators/appointment.ts';
import { normalEmail, type People } from '../identity/people.ts';
import { OPERATORS_TENANT } from '../identity/permissions.ts';
import { resetSecondFactor } from '../identity/second-factor/reset.ts';
import type { Database } from '../postgres/database.ts';
import { type TenantDirectory, TenantError } from '../tenants/directory.ts';

const PASSWORD_BYTES = 12;

interface OperatorDirectory {
  readonly database: Database;
  readonly people: People;
  readonly tenants: TenantDirectory;
}

type WithDirectory = (work: (directory: OperatorDirectory) => Promise<void>) => Promise<void>;

/** Adds `operator` and `second-factor reset` to a command. */
export function addOperatorCommands(command: Command, withDirectory: WithDirectory): void {
  const emailArgument = new Argument('<email>', 'their e-mail address');
  command
    .command('operator')
    .description('Make somebody an operator of the platform; a new password is printed once')
    .addArgument(emailArgument)
    .addHelpText('after', '\nExample:\n  npm run tenant -- operator olga@platform.example')
    .action((email: string) => withDirectory((directory) => makeOperator(directory, email)));
  command
    .command('second-factor')
    .description('Second factors: of people who lost theirs')
    .command('reset')
    .description('Take somebody’s second factor away: authenticator and recovery codes. Their sessions end')
    .addArgument(emailArgument)
    .action((email: string) => withDirectory((directory) => reset(directory, email)));
}

async function makeOperator({ database, people, tenants }: OperatorDirectory, email: string): Promise<void> {
  if (!email.includes('@')) {
    throw new TenantError(`"${email}" is not an e-mail address.`);
  }
  const platform = await tenants.find(OPERATORS_TENANT);
  if (platform === undefined) {
    throw new TenantError(`There is no tenant "${OPERATORS_TENANT}", which operators are people of.`);
  }
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const person = await people.createUser({ email, name: email, password, memberships: [] });
  if (!(await appointOperator(database.db, platform.id, person.id))) {
    throw new TenantError(`${email} is an operator already.`);
  }
  console.log(
    person.created
      ? `An operator is made. The password, shown this once:\n\n  ${email}  ${password}\n`
      : `${email} is an operator now, with the password they have: they log in with the tenant "${OPERATORS_TENANT}".`,
  );
  console.log('Nothing is allowed before a second factor is set up: POST /api/v1/account/second-factor.');
}

async function reset({ database: { db } }: OperatorDirectory, email: string): Promise<void> {
  const user = await db
    .selectFrom('users')
    .where('email', '=', normalEmail(email))
    .select('id')
    .executeTakeFirst();
  if (user === undefined) {
    throw new TenantError(`There is nobody with the e-mail address ${email}.`);
  }
  if (!(await resetSecondFactor(db, user.id, new Date()))) {
    throw new TenantError(`${email} has no second factor.`);
  }
  console.log(`The second factor of ${email} is gone, and their sessions ended.`);
}
