import { decimal } from '@riwayat/billing';
import { expect, it } from 'vitest';
import { sampleInvoice } from '../testing/invoice-samples.ts';
import { type CsvCell, csvHead, csvRows } from './csv.ts';
import { invoiceCsv } from './invoice-csv.ts';
import { invoiceDocumentBody, invoiceJson } from './invoice-json.ts';

it('writes an invoice as CSV whose amounts add up to its total', () => {
  const invoice = sampleInvoice();
  const [head = '', ...rows] = invoiceCsv(invoice, 'id').trimEnd().split('\r\n');
  expect(head.startsWith('\u{feff}number,kind,state,')).toBe(true);
  expect(rows).toHaveLength(invoice.lines.length);
  const amounts = rows.map((row) => BigInt(row.slice(row.lastIndexOf(',') + 1)));
  expect(amounts.reduce((total, amount) => total + amount, 0n)).toBe(invoice.total);
  expect(rows[1]).toContain('Anggota,250,anggota,(250 − 200) anggota × Rp1.500 × 17/30 hari = Rp42.500');
});

it.each<[CsvCell, string]>([
  ['=HYPERLINK("http://evil")', `"'=HYPERLINK(""http://evil"")"`],
  ['+62 21', "'+62 21"],
  ['-1+2', "'-1+2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', `"'\r=1"`],
  ['plain, "quoted"\nand broken', '"plain, ""quoted""\nand broken"'],
  ['Nguyễn', 'Nguyễn'],
  [-5n, '-5'],
  [decimal('-12.500000000001'), '-12.500000000001'],
  [null, ''],
])('writes the cell %s so that no spreadsheet computes it, and every number plainly', (cell, written) => {
  expect(csvRows([['a', cell]])).toBe(`a,${written}\r\n`);
});

it('guards the names of columns like any other cell', () => {
  expect(csvHead(['=a', 'b'])).toBe("\u{feff}'=a,b\r\n");
});

it('gives an invoice to other programs with exact amounts as text and whole rupiah as integers', () => {
  const body = invoiceDocumentBody.parse(
    invoiceJson(sampleInvoice({ tenant: { id: 'a', name: '=株式会社' } })),
  );
  expect(body.tenant.name).toBe('=株式会社');
  expect(body.lines.reduce((total, { amount_idr }) => total + amount_idr, 0)).toBe(body.total_idr);
  expect(body.lines[0]).toMatchObject({ exact_idr: '566666.666666666667', amount_idr: 566_667 });
});
