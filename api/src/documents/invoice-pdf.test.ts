import { formatRupiah } from '@riwayat/billing';
import { expect, it } from 'vitest';
import { SAMPLE_FRAME, sampleInvoice } from '../testing/invoice-samples.ts';
import { pdfText } from '../testing/pdf-text.ts';
import type { DocumentFrame, InvoiceDocument } from './invoice-document.ts';
import { invoicePdf } from './pdf/invoice-pdf.ts';

const ENGLISH: DocumentFrame = { ...SAMPLE_FRAME, locale: 'en' };

async function pagesOf(invoice: InvoiceDocument, frame = SAMPLE_FRAME): Promise<string[][]> {
  return pdfText(await invoicePdf(invoice, frame));
}

it.each([
  ['id', SAMPLE_FRAME, ['Tagihan', 'INV-2026-000123', 'Jatuh tempo', '1 Desember 2026', 'Harus dibayar']],
  ['en', ENGLISH, ['Invoice', 'INV-2026-000123', 'Due', '1 December 2026', 'To be paid']],
] as const)('says in %s who owes what to whom, and until when', async (_, frame, words) => {
  const invoice = sampleInvoice();
  const texts = (await pagesOf(invoice, frame)).flat();
  expect(texts).toEqual(
    expect.arrayContaining([...words, frame.seller.name, 'November 2026', 'Asia/Jakarta']),
  );
  for (const line of invoice.lines) {
    expect(texts).toContain(line.name[frame.locale]);
    expect(texts).toContain(formatRupiah(line.amount, frame.locale));
  }
  expect(texts.filter((text) => text === formatRupiah(invoice.total, frame.locale))).toHaveLength(2);
});

it('sets every letter of names that Latin alone does not have, and shows where it lacks one', async () => {
  const texts = (await pagesOf(sampleInvoice(), ENGLISH)).flat();
  const [name = ''] = texts.filter((text) => text.startsWith('Koperasi'));
  expect(`${name}${texts[texts.indexOf(name) + 1]}`.replaceAll(' ', '')).toContain(
    'KoperasiŠćepanŻółwNguyễnŁódź\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}',
  );
  expect(texts.join(' ')).toContain('stands for a letter that this document');
  const plain = sampleInvoice({ tenant: { id: 'plain', name: 'Koperasi Šćepan Żółw Nguyễn Łódź' } });
  expect((await pagesOf(plain, ENGLISH)).flat().join(' ')).not.toContain('stands for a letter');
});

it('composes what was written in parts, and leaves out what turns the direction of text', async () => {
  const name = 'Nguye\u0302\u0303n \u202eevil\u202c\tKoperasi\nBaru';
  const texts = (await pagesOf(sampleInvoice({ tenant: { id: 'parts', name } }))).flat();
  expect(texts).toContain('Nguyễn evil Koperasi Baru');
});

it('gives the same bytes for the same invoice', async () => {
  const [first, second] = [
    await invoicePdf(sampleInvoice(), SAMPLE_FRAME),
    await invoicePdf(sampleInvoice(), SAMPLE_FRAME),
  ];
  expect(first.equals(second)).toBe(true);
});

it('breaks hundreds of lines between rows, under headings, and says which page of how many it is', async () => {
  const { lines } = sampleInvoice();
  const many = Array.from({ length: 300 }, (_, index) => ({
    ...(lines[index % lines.length] ?? expect.unreachable()),
    name: { id: `Baris ${index + 1}.`, en: `Line ${index + 1}.` },
  }));
  const pages = await pagesOf(sampleInvoice({ lines: many }), ENGLISH);
  expect(pages.length).toBeGreaterThan(10);
  for (const [index, page] of pages.entries()) {
    expect(page.at(-1)).toBe(`Invoice INV-2026-000123 · Page ${index + 1} of ${pages.length}`);
    const numbered = page.filter((text) => /^Line \d+\.$/.test(text));
    if (numbered.length > 0) {
      expect(page).toEqual(expect.arrayContaining(['Description', 'Quantity', 'Amount']));
    }
    // Each line with its formula: none is parted from it.
    const rows = page.filter((text) => text.includes('×')).length;
    expect(rows).toBe(numbered.length);
  }
  expect(pages.flat().filter((text) => /^Line \d+\.$/.test(text))).toHaveLength(300);
});

it('goes on to the next page with a row that is taller than a page, and loses nothing of it', async () => {
  const [line = expect.unreachable()] = sampleInvoice().lines;
  const words = Array.from({ length: 3_000 }, (_, index) => `kata${index}`);
  const tall = { ...line, formula: { id: words.join(' '), en: '' } };
  const pages = await pagesOf(sampleInvoice({ lines: [tall, line] }));
  const said = pages.flat().join(' ');
  expect(words.filter((word) => !said.includes(word))).toEqual([]);
});

it.each([
  ['paid', 'LUNAS'],
  ['late', 'TERLAMBAT'],
  ['void', 'BATAL'],
  ['written-off', 'DIHAPUSBUKUKAN'],
] as const)('stamps what is %s with %s', async (state, stamp) => {
  expect((await pagesOf(sampleInvoice({ state }))).flat()).toContain(stamp);
});

it('takes what was written off from the total, and asks for nothing', async () => {
  const { total } = sampleInvoice();
  const given = {
    state: 'written-off',
    lateFees: 20_000n,
    writtenOff: total + 20_000n,
    outstanding: 0n,
  } as const;
  const texts = (await pagesOf(sampleInvoice(given), ENGLISH)).flat();
  const said = (words: string) => texts[texts.indexOf(words) + 1];
  expect(said('Written off')).toBe(formatRupiah(-total - 20_000n, 'en'));
  expect(said('To be paid')).toBe(formatRupiah(0n, 'en'));
  expect(texts.join(' ')).not.toMatch(/BCA|QRIS/);
});

it('says how to pay what is open, and nothing of it once it is paid', async () => {
  const open = (await pagesOf(sampleInvoice())).flat();
  expect(open).toContain('Bank BCA 123-456-7890 · PT Riwayat Contoh');
  expect(open.join(' ')).toContain('QRIS');
  const paid = (await pagesOf(sampleInvoice({ state: 'paid', outstanding: 0n }))).flat();
  expect(paid.join(' ')).not.toMatch(/BCA|QRIS/);
});
