// `npm run tenant -- key …`: API keys from the command line, where nobody has to log in.
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { ApiKeyError, type ApiKeys, type KeyWithSecret } from '../keys/api-keys.ts';
import {
  type ApiKey,
  DEFAULT_BURST,
  DEFAULT_EVENTS_PER_SECOND,
  LONGEST_KEY_NAME,
  MOST_BURST,
  MOST_EVENTS_PER_SECOND,
  SCOPES,
  type Scope,
} from '../keys/key.ts';
import { type TenantDirectory, TenantError } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';

const DEFAULT_OVERLAP_HOURS = 24;
const LONGEST_OVERLAP_HOURS = 30 * 24;
const SECONDS_PER_HOUR = 3_600;
const CACHED = 'A running server goes by it within 30 seconds.';

interface KeyDirectory {
  readonly tenants: TenantDirectory;
  readonly keys: ApiKeys;
}

type WithDirectory = (work: (directory: KeyDirectory) => Promise<void>) => Promise<void>;

interface CreateOptions {
  readonly name: string;
  readonly scope?: readonly Scope[];
  readonly rate: number;
  readonly burst: number;
  readonly expires?: Date;
}

/** Adds `key create|list|rotate|revoke` to a command. */
export function addKeyCommands(command: Command, withDirectory: WithDirectory): void {
  const key = command.command('key').description('API keys: what applications send their records with');
  const tenantArgument = new Argument('<tenant>', 'the id of the tenant');
  const idArgument = new Argument('<id>', 'the id of the key, key_…');

  key
    .command('create')
    .description('Make a key, and print it once')
    .addArgument(tenantArgument)
    .requiredOption('--name <name>', 'what people know it by', keyName)
    .addOption(
      new Option('--scope <scope...>', 'what it may send (default: everything)').choices([...SCOPES]),
    )
    .option(
      '--rate <events>',
      'events a second it may send for long',
      within(1, MOST_EVENTS_PER_SECOND),
      DEFAULT_EVENTS_PER_SECOND,
    )
    .option('--burst <events>', 'events it may send at once', within(1, MOST_BURST), DEFAULT_BURST)
    .option('--expires <time>', 'when it ends by itself, such as 2027-01-31 (default: never)', future)
    .action((tenant: string, options: CreateOptions) =>
      withDirectory((directory) => create(directory, tenant, options)),
    );
  key
    .command('list')
    .description('Print the keys of a tenant')
    .addArgument(tenantArgument)
    .action((tenant: string) => withDirectory((directory) => list(directory, tenant)));
  key
    .command('rotate')
    .description('Give a key a new secret, and print it once')
    .addArgument(tenantArgument)
    .addArgument(idArgument)
    .option(
      '--overlap <hours>',
      'how long the old secret stays good; 0: not at all',
      within(0, LONGEST_OVERLAP_HOURS),
      DEFAULT_OVERLAP_HOURS,
    )
    .action((tenant: string, id: string, { overlap }: { overlap: number }) =>
      withDirectory((directory) => rotate(directory, tenant, id, overlap)),
    );
  key
    .command('revoke')
    .description('End a key for ever')
    .addArgument(tenantArgument)
    .addArgument(idArgument)
    .action((tenant: string, id: string) => withDirectory((directory) => revoke(directory, tenant, id)));
}

async function create(directory: KeyDirectory, tenantId: string, options: CreateOptions): Promise<void> {
  const tenant = await known(directory, tenantId);
  const { name, scope = SCOPES, rate, burst, expires } = options;
  const wanted = {
    name,
    scopes: scope,
    eventsPerSecond: rate,
    burst,
    createdBy: null,
    ...(expires && { expiresAt: expires }),
  };
  show(await directory.keys.create(tenant.id, wanted));
}

async function list(directory: KeyDirectory, tenantId: string): Promise<void> {
  const tenant = await known(directory, tenantId);
  const keys = await directory.keys.list(tenant.id);
  if (keys.length === 0) {
    console.log(`${tenant.id} has no keys.`);
  }
  for (const key of keys) {
    console.log(described(key));
  }
}

async function rotate(
  directory: KeyDirectory,
  tenantId: string,
  id: string,
  overlapHours: number,
): Promise<void> {
  const tenant = await known(directory, tenantId);
  const rotated = await directory.keys.rotate(tenant.id, id, overlapHours * SECONDS_PER_HOUR);
  if (rotated === undefined) {
    throw unknownKey(tenant, id);
  }
  show(rotated);
  console.log(
    overlapHours === 0
      ? `The old secret is over. ${CACHED}`
      : `The old secret ends in ${overlapHours} hours.`,
  );
}

async function revoke(directory: KeyDirectory, tenantId: string, id: string): Promise<void> {
  const tenant = await known(directory, tenantId);
  if (!(await directory.keys.revoke(tenant.id, id))) {
    throw unknownKey(tenant, id);
  }
  console.log(`${id} is revoked. ${CACHED}`);
}

async function known({ tenants }: KeyDirectory, id: string): Promise<Tenant> {
  const tenant = await tenants.find(id);
  if (tenant === undefined) {
    throw new TenantError(
      `There is no tenant "${id}". Make it: npm run tenant -- create ${id} --admin EMAIL`,
    );
  }
  return tenant;
}

function unknownKey(tenant: Tenant, id: string): ApiKeyError {
  return new ApiKeyError(
    'key-unknown',
    `${tenant.id} has no key ${id}. See: npm run tenant -- key list ${tenant.id}`,
  );
}

function show({ key, secret }: KeyWithSecret): void {
  console.log(`${described(key)}\n\nThe key, shown this once:\n\n  ${secret}\n`);
}

function described(key: ApiKey): string {
  const state =
    key.revokedAt !== null
      ? `revoked ${key.revokedAt.toISOString()}`
      : key.expiresAt !== null
        ? `until ${key.expiresAt.toISOString()}`
        : 'good';
  const used = key.lastUsedAt === null ? 'never used' : `last used ${key.lastUsedAt.toISOString()}`;
  return `${key.id}  ${key.prefix}…  ${key.name}  ${key.scopes.join(',')}  ${key.eventsPerSecond}/s  ${state}  ${used}`;
}

function keyName(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > LONGEST_KEY_NAME || /\p{Cc}/u.test(name)) {
    throw new InvalidArgumentError(`It must be 1 to ${LONGEST_KEY_NAME} characters.`);
  }
  return name;
}

function within(least: number, most: number): (text: string) => number {
  return function wholeNumber(text) {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

function future(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || time.getTime() <= Date.now()) {
    throw new InvalidArgumentError('It must be a time to come, such as 2027-01-31 or 2027-01-31T12:00:00Z.');
  }
  return time;
}
