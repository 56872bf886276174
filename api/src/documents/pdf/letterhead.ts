import type { Locale } from '../../tenants/tenant.ts';
import type { Seller } from '../invoice-document.ts';
import { documentWords, type Stamp } from '../words.ts';
import type { Paper, Passage } from './paper.ts';

const STAMP_HEIGHT = 34;
/** Shares of the page's width. */
const PARTY_TO = 0.42;
const FACTS_FROM = 0.45;
const VALUES_FROM = 0.66;

export interface Letterhead {
  readonly seller: Seller;
  readonly locale: Locale;
  /** What the document is. */
  readonly title: string;
  readonly number: string | null;
}

/** Who sends it, and beside that what it is. What is set next is below both. */
export function letterhead(paper: Paper, { seller, locale, title, number }: Letterhead): void {
  const { name, address, taxId, email, phone } = seller;
  const { y } = paper;
  const reached = [email, phone].filter((way) => way !== undefined).join(' · ');
  paper.text(
    [
      { text: name, style: 'heading' },
      ...[...address, ...(taxId === undefined ? [] : [`${documentWords(locale).taxId} ${taxId}`]), reached]
        .filter((line) => line !== '')
        .map((line): Passage => ({ text: line, style: 'faint' })),
    ],
    { to: 0.5 },
  );
  const { y: below } = paper;
  paper.y = y;
  paper.text(
    [
      { text: title, style: 'title' },
      ...(number === null ? [] : [{ text: number, style: 'strong' } as const]),
    ],
    { from: 0.5, align: 'right' },
  );
  paper.y = Math.max(below, paper.y) + 12;
}

export interface Particulars {
  readonly party: { readonly heading: string; readonly name: string; readonly lines: readonly string[] };
  readonly stamp: Stamp | null;
  readonly locale: Locale;
  /** What it is, and its value. */
  readonly facts: readonly (readonly [string, string])[];
}

/** Whom it is for, and beside that its dates and the like. */
export function particulars(paper: Paper, { party, facts, stamp, locale }: Particulars): void {
  const { y } = paper;
  paper.text(
    [
      { text: party.heading, style: 'label' },
      { text: party.name, style: 'heading' },
      ...party.lines.map((line): Passage => ({ text: line, style: 'faint' })),
    ],
    { to: PARTY_TO },
  );
  const { y: below } = paper;
  paper.y = y;
  if (stamp !== null) {
    paper.stamp(stamp.word[locale], stamp.colour);
    paper.skip(STAMP_HEIGHT);
  }
  for (const [label, value] of facts) {
    const { y: line } = paper;
    paper.text([{ text: label, style: 'label' }], { from: FACTS_FROM, to: VALUES_FROM });
    paper.y = line;
    paper.text([{ text: value, style: 'body' }], { from: VALUES_FROM, align: 'right' });
    paper.y += 2;
  }
  paper.y = Math.max(below, paper.y) + 16;
}
