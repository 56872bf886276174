// `npm run tenant -- create ID --admin EMAIL`: makes tenants, and their API keys, where nobody can log in yet to do so.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { dayAt } from '@riwayat/billing';
import { Command, CommanderError, Option } from 'commander';
import { pino } from 'pino';
import { type Config, ConfigError, parseConfig } from '../config.ts';
import { ProblemError } from '../errors/problem.ts';
import { People } from '../identity/people.ts';
import { ApiKeyError, ApiKeys } from '../keys/api-keys.ts';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import { type Database, openDatabase } from '../postgres/database.ts';
import { borrowEmbeddedPostgres, EmbeddedPostgresError } from '../postgres/embedded.ts';
import { REGISTRATIONS, type Registration, TenantDirectory, TenantError } from '../tenants/directory.ts';
import { LOCALES, type Locale } from '../tenants/tenant.ts';
import { addContractCommands, checkPlan, openOn } from './contracts.ts';
import { addKeyCommands } from './keys.ts';
import { addOperatorCommands } from './operators.ts';
import { addOutboxCommand } from './outbox.ts';

const PASSWORD_BYTES = 12;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** What a person can do something about: told in a line, without a stack. */
const EXPECTED = [
  ApiKeyError,
  ConfigError,
  DatabaseUnavailableError,
  EmbeddedPostgresError,
  ProblemError,
  TenantError,
];

interface CreateOptions {
  readonly name?: string;
  readonly admin: string;
  readonly timezone: string;
  readonly locale: Locale;
  readonly registration: Registration;
  readonly plan?: string;
}

interface Directory {
  readonly database: Database;
  readonly people: People;
  readonly tenants: TenantDirectory;
  readonly keys: ApiKeys;
}

function program(): Command {
  const command = new Command('tenant')
    .description(
      'Make tenants, their API keys, and operators of the platform. Uses DATABASE_URL, else the embedded Postgres in DATA_DIR, running or not.',
    )
    .exitOverride();
  command
    .command('create')
    .description('Make a tenant and its first administrator, whose password is printed once')
    .argument('<id>', '2 to 63 of a-z, 0-9 and "-"; it names the tenant for ever')
    .requiredOption('--admin <email>', 'e-mail address of the first administrator')
    .option('--name <name>', 'what people read (default: the id)')
    .option('--timezone <zone>', 'IANA name of the zone its days and months begin in', 'Asia/Jakarta')
    .addOption(new Option('--locale <locale>', 'its language').choices(LOCALES).default('id'))
    .addOption(
      new Option('--registration <how>', 'whether people may register themselves')
        .choices(REGISTRATIONS)
        .default('invitation'),
    )
    .option(
      '--plan <key>',
      'the plan it is billed by from today on, such as professional (default: no contract)',
    )
    .addHelpText(
      'after',
      '\nExample:\n  npm run tenant -- create acme --name "Acme" --admin ada@acme.example',
    )
    .action((id: string, options: CreateOptions) =>
      withDirectory(parseConfig(), (directory) => create(directory, id, options)),
    );
  addContractCommands(command, (work) => withDirectory(parseConfig(), work));
  addKeyCommands(command, (work) => withDirectory(parseConfig(), work));
  addOutboxCommand(command, (work) => withDirectory(parseConfig(), work));
  addOperatorCommands(command, (work) => withDirectory(parseConfig(), work));
  return command;
}

async function create(
  { database, people, tenants }: Directory,
  id: string,
  options: CreateOptions,
): Promise<void> {
  const { admin: email, name = id, timezone, locale, registration, plan } = options;
  if (!email.includes('@')) {
    throw new TenantError(`"${email}" is not an e-mail address.`);
  }
  if ((await tenants.find(id)) !== undefined) {
    throw new TenantError(`There is a tenant "${id}" already. Choose another id.`);
  }
  if (plan !== undefined) {
    await checkPlan(database, plan, dayAt(new Date(), 'UTC'));
  }
  const tenant = await tenants.create({ id, name, timezone, locale, registration });
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const memberships = [{ tenantId: tenant.id, role: 'administrator' as const }];
  const person = await people.createUser({ email, name: email, password, memberships });
  console.log(`Tenant ${id} (${timezone}) is made.`);
  if (plan !== undefined) {
    await openOn(database, tenant, plan, dayAt(new Date(), timezone));
  }
  if (person.created) {
    console.log(`Its administrator, shown this once:\n\n  ${email}  ${password}`);
    return;
  }
  await people.join(person.id, tenant.id, 'administrator');
  console.log(`${email} is its administrator, with the password they have.`);
}

async function withDirectory(config: Config, work: (directory: Directory) => Promise<void>): Promise<void> {
  const logger = pino({ level: config.logLevel });
  const embedded =
    config.databaseUrl === undefined
      ? await borrowEmbeddedPostgres({ dataDirectory: join(config.dataDirectory, 'postgres'), logger })
      : undefined;
  try {
    const database = await openDatabase({ url: config.databaseUrl ?? embedded?.url ?? '', logger });
    try {
      await work({
        database,
        people: new People(database),
        tenants: new TenantDirectory(database),
        keys: new ApiKeys(database),
      });
    } finally {
      await database.close();
    }
  } finally {
    await embedded?.stop();
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
  const expected = EXPECTED.some((kind) => error instanceof kind);
  console.error(expected && error instanceof Error ? error.message : error);
  return EXIT_FAILED;
}

program()
  .parseAsync()
  .then(
    () => process.exit(0),
    (error: unknown) => process.exit(exitCodeOf(error)),
  );
