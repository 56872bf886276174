// `npm run tenant -- contract …`: contracts from the command line, where nobody has to log in.
import { dayAt } from '@riwayat/billing';
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { SYSTEM } from '../audit/audit.ts';
import { contractDocument } from '../billing/contract-body.ts';
import { endContract } from '../billing/contract-changes.ts';
import { openContract } from '../billing/contracts.ts';
import { Prices } from '../billing/prices.ts';
import type { Database } from '../postgres/database.ts';
import { type TenantDirectory, TenantError } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';

interface ContractDirectory {
  readonly database: Database;
  readonly tenants: TenantDirectory;
}

type WithDirectory = (work: (directory: ContractDirectory) => Promise<void>) => Promise<void>;

/** Adds `contract open|show|end` to a command. */
export function addContractCommands(command: Command, withDirectory: WithDirectory): void {
  const contract = command.command('contract').description('Contracts: which plan a tenant is billed by');
  const tenantArgument = new Argument('<tenant>', 'the id of the tenant');
  contract
    .command('open')
    .description('Begin a tenant’s contract')
    .addArgument(tenantArgument)
    .requiredOption('--plan <key>', 'the plan, such as professional')
    .option('--from <day>', 'the first local day that is billed (default: today)', localDay)
    .action((id: string, { plan, from }: { plan: string; from?: string }) =>
      withDirectory(async (directory) => {
        const tenant = await known(directory, id);
        await openOn(directory.database, tenant, plan, from ?? today(tenant));
      }),
    );
  contract
    .command('show')
    .description('Print a tenant’s contract')
    .addArgument(tenantArgument)
    .action((id: string) => withDirectory((directory) => show(directory, id)));
  contract
    .command('end')
    .description('Set the last day of a tenant’s contract')
    .addArgument(tenantArgument)
    .requiredOption('--on <day>', 'the last local day that is billed', localDay)
    .action((id: string, { on }: { on: string }) =>
      withDirectory(async (directory) => {
        const tenant = await known(directory, id);
        const act = { tenantId: tenant.id, today: today(tenant), actor: SYSTEM };
        await endContract(directory.database.db, act, on);
        console.log(`The contract of ${tenant.id} ends on ${on}.`);
      }),
    );
}

/** @throws {TenantError} for a plan that there is no price of today */
export async function checkPlan(database: Database, plan: string, day: string): Promise<void> {
  const prices = await new Prices(database).list();
  if (prices.on(plan, day) === undefined) {
    const offered = prices.offeredOn(day).map(({ key }) => key);
    throw new TenantError(`There is no plan "${plan}" on ${day}. There are: ${offered.join(', ')}.`);
  }
}

/** @throws {TenantError} for a plan that there is no price of, and when there is a contract already */
export async function openOn(
  database: Database,
  tenant: Pick<Tenant, 'id'>,
  plan: string,
  startedOn: string,
): Promise<void> {
  await checkPlan(database, plan, startedOn);
  if (!(await openContract(database.db, { tenantId: tenant.id, startedOn, plan }))) {
    throw new TenantError(
      `${tenant.id} has a contract already: npm run tenant -- contract show ${tenant.id}`,
    );
  }
  console.log(`${tenant.id} is billed by the plan ${plan} from ${startedOn} on.`);
}

async function show(directory: ContractDirectory, id: string): Promise<void> {
  const tenant = await known(directory, id);
  const prices = await new Prices(directory.database).list();
  const found = await contractDocument(directory.database.db, prices, tenant.id, today(tenant));
  if (found === undefined) {
    throw new TenantError(`${id} has no contract: npm run tenant -- contract open ${id} --plan KEY`);
  }
  console.log(`${id}: from ${found.started_on}${found.ended_on === null ? '' : ` to ${found.ended_on}`}`);
  for (const { from, plan, version } of found.terms) {
    console.log(`  ${from}  ${plan}${version === null ? '' : `, version ${version}`}`);
  }
  for (const { id: discount, kind, from, until } of found.discounts) {
    console.log(`  ${from}  discount ${kind}${until === null ? '' : ` until ${until}`}  ${discount}`);
  }
}

async function known({ tenants }: ContractDirectory, id: string): Promise<Tenant> {
  const tenant = await tenants.find(id);
  if (tenant === undefined) {
    throw new TenantError(
      `There is no tenant "${id}". Make it: npm run tenant -- create ${id} --admin EMAIL`,
    );
  }
  return tenant;
}

function today({ timezone }: Pick<Tenant, 'timezone'>): string {
  return dayAt(new Date(), timezone);
}

function localDay(text: string): string {
  const day = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, text.length) !== text) {
    throw new InvalidArgumentError('must be a day, such as 2026-12-01');
  }
  return text;
}
