import type { Command } from 'commander';
import { labelOf } from '../report/figure-labels.ts';
import type { Language } from '../report/language.ts';
import { reportNumbers } from '../report/texts.ts';
import { type ReconciliationRow, reconciliation } from '../workload/reconciliation.ts';
import { languageOption } from './options.ts';
import { FINE, type Terminal } from './terminal.ts';
import { type Column, textTable } from './text-table.ts';

interface ReconcileOptions {
  readonly json?: true;
  readonly lang: Language;
}

/** Adds the command that says which of the contradicting request figures is used. */
export function addReconcileCommand(
  program: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  program
    .command('reconcile')
    .description('Show for every request figure what is documented, what is used, and why.')
    .option('--json', 'print one JSON array instead of the table')
    .addOption(languageOption())
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `
Examples:
  simulate reconcile
  simulate reconcile --json`,
    )
    .action(({ json, lang }: ReconcileOptions) => {
      const rows = reconciliation();
      terminal.out(json === true ? `${JSON.stringify(rows)}\n` : reconciliationTable(rows, lang));
      done(FINE);
    });
}

const TITLES: Readonly<Record<Language, readonly string[]>> = {
  en: ['figure', 'documented', 'used', 'difference', 'reason'],
  id: ['angka', 'dokumen', 'dipakai', 'selisih', 'alasan'],
};

function reconciliationTable(rows: readonly ReconciliationRow[], language: Language): string {
  const number = reportNumbers(language);
  const signed = (difference: number): string => `${difference > 0 ? '+' : ''}${number.format(difference)}`;
  const columns: Column[] = (TITLES[language] ?? []).map((title, index) => ({
    title,
    align: index >= 1 && index <= 3 ? 'right' : 'left',
  }));
  return textTable(
    columns,
    rows.map(({ figure, documented, used, difference, reason }) => [
      labelOf(figure, language),
      number.format(documented),
      number.format(used),
      signed(difference),
      reason,
    ]),
  );
}
