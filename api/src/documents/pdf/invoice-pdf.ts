import { formatQuantity, formatRupiah } from '@riwayat/billing';
import QRCode from 'qrcode';
import { localDay, localMonth } from '../../notifications/place.ts';
import type { DocumentFrame, DocumentLine, InvoiceDocument, PaymentMeans } from '../invoice-document.ts';
import { type DocumentWords, documentWords, STAMPS, TITLES } from '../words.ts';
import { LACKING, legible } from './fonts.ts';
import { letterhead, particulars } from './letterhead.ts';
import { type Cell, type Column, Paper, type Passage } from './paper.ts';

/** Shares of the page's width. */
const SUMS_FROM = 0.5;
const MEANS_TO = 0.62;
const QRIS_SIDE = 110;
/** What the sums at the end take at most: they are not parted. */
const SUMS_HEIGHT = 150;
/** States in which nobody is asked to pay. */
const NOT_PAYABLE: readonly InvoiceDocument['state'][] = ['draft', 'void', 'credited', 'paid', 'written-off'];

/** The invoice or credit note as a PDF, A4. The same invoice gives the same bytes. */
export async function invoicePdf(invoice: InvoiceDocument, frame: DocumentFrame): Promise<Buffer> {
  const { locale, seller } = frame;
  const words = documentWords(locale);
  const title = `${TITLES[invoice.kind][locale]} ${invoice.number ?? invoice.month}`;
  const paper = new Paper({
    title: `${title} · ${invoice.tenant.name}`,
    author: seller.name,
    locale,
    createdAt: invoice.issuedAt,
    footer: (page, of) => `${title} · ${words.page(page, of)}`,
  });
  letterhead(paper, { seller, locale, title: TITLES[invoice.kind][locale], number: invoice.number });
  particulars(paper, {
    party: {
      heading: words.tenant,
      name: invoice.tenant.name,
      lines: [`${words.tenantId}: ${invoice.tenant.id}`],
    },
    facts: factsOf(invoice, frame, words),
    stamp: STAMPS[invoice.state],
    locale,
  });
  paper.table(
    columnsOf(words),
    invoice.lines.map((line) => row(line, invoice, frame, words)),
  );
  sums(paper, invoice, frame, words);
  notes(paper, invoice, frame, words);
  if (invoice.kind === 'invoice' && invoice.outstanding > 0n && !NOT_PAYABLE.includes(invoice.state)) {
    howToPay(paper, invoice, frame.means, words);
  }
  return paper.finish();
}

function factsOf(
  { month, issuedOn, dueOn, graceUntil, paidOn, credits, timezone }: InvoiceDocument,
  { locale }: DocumentFrame,
  words: DocumentWords,
): (readonly [string, string])[] {
  return [
    ...(credits === null ? [] : [[words.credits, credits] as const]),
    [words.period, localMonth(month, locale)],
    [words.issuedOn, localDay(issuedOn, locale)],
    ...(dueOn === null ? [] : [[words.dueOn, localDay(dueOn, locale)] as const]),
    ...(graceUntil === null ? [] : [[words.graceUntil, localDay(graceUntil, locale)] as const]),
    ...(paidOn === null ? [] : [[words.paidOn, localDay(paidOn, locale)] as const]),
    [words.timezone, timezone],
  ];
}

function columnsOf(words: DocumentWords): Column[] {
  return [
    { heading: words.description, width: 0.6, align: 'left' },
    { heading: words.quantity, width: 0.2, align: 'right' },
    { heading: words.amount, width: 0.2, align: 'right' },
  ];
}

function row(
  line: DocumentLine,
  invoice: InvoiceDocument,
  { locale }: DocumentFrame,
  words: DocumentWords,
): Cell[] {
  const { name, formula, notes, plan, month, quantity, amount } = line;
  const origin = [
    ...(month === invoice.month ? [] : [words.ofMonth(localMonth(month, locale))]),
    ...(plan === null ? [] : [words.plan(plan.key, plan.version)]),
  ].join(', ');
  const remarks = [origin === '' ? '' : `${origin}.`, ...notes.map((note) => note[locale])].join(' ').trim();
  return [
    [
      { text: name[locale], style: 'strong' },
      { text: formula[locale], style: 'faint' },
      ...(remarks === '' ? [] : [{ text: remarks, style: 'faint' } as const]),
    ],
    quantity === null
      ? []
      : [{ text: `${formatQuantity(quantity.value, locale)} ${quantity.unit[locale]}`, style: 'body' }],
    [{ text: formatRupiah(amount, locale), style: 'body' }],
  ];
}

function sums(
  paper: Paper,
  { kind, total, lateFees, paid, credited, writtenOff, outstanding }: InvoiceDocument,
  { locale }: DocumentFrame,
  words: DocumentWords,
): void {
  paper.keepTogether(SUMS_HEIGHT);
  paper.skip(4);
  const sum = (label: string, amount: bigint, style: Passage['style'] = 'body'): void => {
    const { y } = paper;
    paper.text([{ text: label, style }], { from: SUMS_FROM, to: 0.8 });
    const { y: below } = paper;
    paper.y = y;
    paper.text([{ text: formatRupiah(amount, locale), style }], { from: 0.7, align: 'right' });
    paper.y = Math.max(below, paper.y) + 3;
  };
  sum(words.total, total, 'heading');
  if (kind === 'credit-note') {
    return;
  }
  for (const [label, amount] of [
    [words.lateFees, lateFees],
    [words.credited, -credited],
    [words.paid, -paid],
    [words.writtenOff, -writtenOff],
  ] as const) {
    if (amount !== 0n) {
      sum(label, amount);
    }
  }
  paper.skip(2);
  paper.rule(SUMS_FROM);
  paper.skip(5);
  sum(words.outstanding, outstanding, 'heading');
}

function notes(
  paper: Paper,
  { tenant, lines, kind }: InvoiceDocument,
  { locale, seller }: DocumentFrame,
  words: DocumentWords,
): void {
  const said = [
    seller.name,
    tenant.name,
    ...lines.flatMap(({ name, formula }) => [name[locale], formula[locale]]),
  ];
  const lacking = said.some((text) => !text.includes(LACKING) && legible(text).includes(LACKING));
  const passages: Passage[] = [
    ...(kind === 'invoice' ? [{ text: words.rounding, style: 'faint' } as const] : []),
    ...(lacking ? [{ text: words.lacking(LACKING), style: 'faint' } as const] : []),
  ];
  paper.skip(8);
  paper.keepTogether(paper.heightOf(passages));
  paper.text(passages);
}

function howToPay(
  paper: Paper,
  { number }: InvoiceDocument,
  { bankAccounts, qris }: PaymentMeans,
  words: DocumentWords,
): void {
  const transfer: Passage[] =
    bankAccounts.length === 0
      ? []
      : [
          { text: words.transfer, style: 'strong' },
          ...bankAccounts.map(
            ({ bank, number: account, holder }): Passage => ({
              text: `${bank} ${account} · ${holder}`,
              style: 'body',
            }),
          ),
          ...(number === null ? [] : [{ text: words.mention(number), style: 'faint' } as const]),
        ];
  if (transfer.length === 0 && qris === null) {
    return;
  }
  const heading: Passage = { text: words.howToPay, style: 'heading' };
  const besides = { to: qris === null ? 1 : MEANS_TO };
  const height = Math.max(
    paper.heightOf([heading, ...transfer], besides),
    qris === null ? 0 : QRIS_SIDE + 30,
  );
  paper.skip(14);
  paper.keepTogether(height);
  const { y } = paper;
  paper.text([heading, ...transfer], besides);
  if (qris !== null) {
    paper.y = y;
    picture(paper, qris, words);
  }
  paper.y = Math.max(paper.y, y + height);
}

function picture(paper: Paper, qris: string, words: DocumentWords): void {
  const { modules } = QRCode.create(qris, { errorCorrectionLevel: 'M' });
  const x = paper.at(1) - QRIS_SIDE;
  const { y } = paper;
  paper.modules(modules.data, modules.size, { x, y, side: QRIS_SIDE });
  paper.y = y + QRIS_SIDE + 6;
  paper.text([{ text: words.qris, style: 'faint' }], { from: 0.7, align: 'right' });
}
