import { setImmediate as othersTurn } from 'node:timers/promises';
import { type CostGroup, formatQuantity, formatRupiah, whole } from '@riwayat/billing';
import { localDay, localMonth } from '../../notifications/place.ts';
import type { Locale } from '../../tenants/tenant.ts';
import type { DetailedUsage, UsageSummary } from '../../usage/schema.ts';
import type { DocumentParty, Seller } from '../invoice-document.ts';
import { documentWords, TITLES } from '../words.ts';
import { letterhead, particulars } from './letterhead.ts';
import { type Cell, type Column, Paper, type Passage } from './paper.ts';
import { reportWords } from './report-words.ts';

/** How many endpoints a report names, the busiest; of as many lines as there are routes nobody reads the end. */
const NAMED_ENDPOINTS = 100;

/** What a tenant used in a month, and what it costs. */
export interface UsageReport {
  readonly tenant: DocumentParty;
  readonly seller: Seller;
  readonly locale: Locale;
  /** `YYYY-MM`. */
  readonly month: string;
  readonly createdAt: Date;
  readonly summary: UsageSummary;
  readonly detailed: DetailedUsage;
  /** By what it is for, whole rupiah; adds up to the cost. Empty without a contract. */
  readonly components: readonly { readonly key: CostGroup; readonly amount: bigint }[];
}

/** The report of a month as a PDF, A4: totals, cost by component, days, and endpoints and people where they are given. */
export async function usageReportPdf(report: UsageReport): Promise<Buffer> {
  const { tenant, seller, locale, month, createdAt, detailed } = report;
  const words = reportWords(locale);
  const title = `${TITLES['usage-report'][locale]} ${localMonth(month, locale)}`;
  const paper = new Paper({
    title: `${title} · ${tenant.name}`,
    author: seller.name,
    locale,
    createdAt,
    footer: (page, of) => `${title} · ${documentWords(locale).page(page, of)}`,
  });
  letterhead(paper, {
    seller,
    locale,
    title: TITLES['usage-report'][locale],
    number: localMonth(month, locale),
  });
  particulars(paper, {
    party: { heading: words.of, name: tenant.name, lines: [tenant.id] },
    facts: factsOf(report),
    stamp: null,
    locale,
  });
  const table = new Tables(paper, locale);
  if (report.components.length > 0) {
    table.add(
      words.components,
      [words.component, words.cost],
      [0.7, 0.3],
      report.components.map(({ key, amount }) => [words.names[key], formatRupiah(amount, locale)]),
    );
  }
  // Setting a table takes this process some ten milliseconds, in which others wait.
  await othersTurn();
  table.add(
    words.days,
    [words.day, words.calls, words.errors, words.bytes, words.people, words.cost],
    [0.26, 0.14, 0.12, 0.18, 0.12, 0.18],
    detailed.daily_usage.map((day) => [
      localDay(day.date, locale),
      table.count(day.api_calls),
      table.count(day.errors),
      table.count(day.data_transfer_bytes),
      table.count(day.active_users),
      table.cost(day.cost),
    ]),
  );
  if (detailed.endpoint_breakdown !== undefined) {
    await othersTurn();
    table.add(
      words.endpoints,
      [words.endpoint, words.calls, words.bytes, words.cost],
      [0.5, 0.14, 0.18, 0.18],
      endpointLines(detailed.endpoint_breakdown, words.furtherEndpoints).map((row) => [
        row.name,
        table.count(row.calls),
        table.count(row.bytes),
        table.cost(row.cost),
      ]),
    );
  }
  if (detailed.user_breakdown !== undefined) {
    await othersTurn();
    table.add(
      words.persons,
      [words.person, words.calls, words.bytes, words.cost],
      [0.5, 0.14, 0.18, 0.18],
      detailed.user_breakdown.map((row) => [
        row.name ?? (row.user_id === '' ? words.nobody : row.user_id),
        table.count(row.calls),
        table.count(row.data_transfer_bytes),
        table.cost(row.cost),
      ]),
    );
  }
  return paper.finish();
}

interface EndpointLine {
  readonly name: string;
  readonly calls: number;
  readonly bytes: number;
  /** Whole rupiah; null without a contract. */
  readonly cost: bigint | null;
}

/** The busiest endpoints, and all further ones as one line, so that the lines add up to what they did before. */
function endpointLines(
  endpoints: NonNullable<DetailedUsage['endpoint_breakdown']>,
  further: string,
): EndpointLine[] {
  const lines = endpoints.map(
    ({ method, endpoint, calls, data_transfer_bytes: bytes, cost }): EndpointLine => ({
      name: `${method} ${endpoint}`,
      calls,
      bytes,
      cost: cost === null ? null : BigInt(cost),
    }),
  );
  const rest = lines.splice(NAMED_ENDPOINTS);
  if (rest.length > 0) {
    lines.push({
      name: `${further} (${rest.length})`,
      calls: rest.reduce((sum, { calls }) => sum + calls, 0),
      bytes: rest.reduce((sum, { bytes }) => sum + bytes, 0),
      cost: rest.some(({ cost }) => cost === null)
        ? null
        : rest.reduce((sum, { cost }) => sum + (cost ?? 0n), 0n),
    });
  }
  return lines;
}

function factsOf({ summary, locale }: UsageReport): (readonly [string, string])[] {
  const words = reportWords(locale);
  const count = (number: number): string => formatQuantity(whole(number), locale);
  return [
    [words.calls, count(summary.api_calls.total)],
    [words.errors, count(summary.api_calls.errors)],
    [words.bytes, count(summary.data_transfer.bytes)],
    [words.people, count(summary.active_users.total)],
    [words.peak, count(summary.active_users.concurrent_peak)],
    ...(summary.total_cost === null
      ? []
      : [[words.cost, formatRupiah(BigInt(summary.total_cost.current), locale)] as const]),
  ];
}

/** Tables under headings; the first column is text, the others are numbers. */
class Tables {
  readonly #paper: Paper;
  readonly #locale: Locale;

  constructor(paper: Paper, locale: Locale) {
    this.#paper = paper;
    this.#locale = locale;
  }

  add(
    heading: string,
    headings: readonly string[],
    widths: readonly number[],
    rows: readonly (readonly string[])[],
  ): void {
    const columns = headings.map(
      (text, index): Column => ({
        heading: text,
        width: widths[index] ?? 0,
        align: index === 0 ? 'left' : 'right',
      }),
    );
    this.#paper.skip(8);
    this.#paper.keepTogether(90);
    this.#paper.text([{ text: heading, style: 'heading' }]);
    this.#paper.skip(6);
    this.#paper.table(
      columns,
      rows.map((row) => row.map((text): Cell => [{ text, style: 'body' } satisfies Passage])),
    );
  }

  count(number: number): string {
    return formatQuantity(whole(number), this.#locale);
  }

  cost(amount: number | bigint | null): string {
    return amount === null ? '–' : formatRupiah(BigInt(amount), this.#locale);
  }
}
