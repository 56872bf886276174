// `npm run tenant -- outbox`: the mails that wait, or that are kept because there is no mail server.
import type { Command } from 'commander';
import { type OutboxMail, outboxMails } from '../notifications/outbox.ts';
import type { Database } from '../postgres/database.ts';

type WithDatabase = (work: (directory: { readonly database: Database }) => Promise<void>) => Promise<void>;

/** Adds `outbox` to a command. */
export function addOutboxCommand(command: Command, withDatabase: WithDatabase): void {
  command
    .command('outbox')
    .description(
      'Print the newest mails, with the links in those that were not sent. Nobody else can see them',
    )
    .option('--to <email>', 'only those to this address')
    .action(({ to }: { to?: string }) =>
      withDatabase(async ({ database }) => {
        const mails = await outboxMails(database.db, to);
        console.log(mails.length === 0 ? 'There are no mails.' : mails.map(printed).join('\n'));
      }),
    );
}

function printed({ id, createdAt, tenantId, to, state, attempts, lastError, written }: OutboxMail): string {
  const lines = [
    `--- ${id}  ${createdAt.toISOString()}  ${tenantId}  to ${to}  ${state}${attempts > 0 ? `, ${attempts} tried` : ''}`,
    ...(lastError === null ? [] : [`Last error: ${lastError}`]),
    ...(written === undefined ? [] : [`Subject: ${written.subject}`, '', written.text]),
  ];
  // What people wrote must not steer the terminal.
  return lines.map((line) => line.replace(/[^\P{Cc}\n]/gu, ' ')).join('\n');
}
