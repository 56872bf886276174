import type { Component, Decimal, LocalText, Rupiah } from '@riwayat/billing';
import type { InvoiceState } from '../invoices/invoice-state.ts';
import type { LineKind } from '../invoices/line.ts';
import type { Locale } from '../tenants/tenant.ts';

/** One line, told in both languages: whoever reads it has all numbers that it takes to check it. */
export interface DocumentLine {
  readonly kind: LineKind;
  /** Null: of no component, as a discount is. */
  readonly component: Component | null;
  readonly name: LocalText;
  /** How the amount came about: `(300 − 100) × Rp100 = Rp20.000`. */
  readonly formula: LocalText;
  /** Sentences: what is included, on how many days the plan held, how it was rounded. */
  readonly notes: readonly LocalText[];
  readonly plan: { readonly key: string; readonly version: number } | null;
  /** The month that it is of, `YYYY-MM`: an adjustment's is an earlier one than the invoice's. */
  readonly month: string;
  /** In billed units; null where nothing is measured. */
  readonly quantity: { readonly value: Decimal; readonly unit: LocalText } | null;
  /** Before rounding. */
  readonly exact: Decimal;
  /** The lines of a document add up to its total. */
  readonly amount: Rupiah;
}

/** Somebody whom a document names. */
export interface DocumentParty {
  readonly id: string;
  readonly name: string;
}

/**
 * An invoice or a credit note as a document shows it, whatever its form. It holds what was decided when it was issued, so
 * that the same document is written years later; days are the tenant's, `YYYY-MM-DD`.
 */
export interface InvoiceDocument {
  readonly kind: 'invoice' | 'credit-note';
  readonly id: string;
  /** Null: not issued yet. */
  readonly number: string | null;
  readonly state: InvoiceState;
  readonly tenant: DocumentParty;
  /** IANA name of the zone that the days are of. */
  readonly timezone: string;
  /** The billed month, `YYYY-MM`. */
  readonly month: string;
  /** When it was made or issued: what the PDF says of itself. */
  readonly issuedAt: Date;
  readonly issuedOn: string;
  /** Null: nothing is to be paid, as of a credit note. */
  readonly dueOn: string | null;
  /** The last day on which it can be paid without a late fee. */
  readonly graceUntil: string | null;
  /** The day it was paid in full, while its state is `paid`. */
  readonly paidOn: string | null;
  /** Number of the invoice that a credit note credits. */
  readonly credits: string | null;
  readonly lines: readonly DocumentLine[];
  /** Sum of the lines; negative on a credit note. */
  readonly total: Rupiah;
  /** Late fees so far. */
  readonly lateFees: Rupiah;
  /** Paid so far, balances that were used included. */
  readonly paid: Rupiah;
  /** Credited so far. */
  readonly credited: Rupiah;
  /** Given up, less what was paid all the same. */
  readonly writtenOff: Rupiah;
  /** What is still to be paid: total and late fees, less what was paid, credited and written off. */
  readonly outstanding: Rupiah;
}

/** What was received for an invoice. It holds what was booked then, so that the same receipt is written years later. */
export interface ReceiptDocument {
  /** Of the payment. */
  readonly id: string;
  readonly tenant: DocumentParty;
  readonly timezone: string;
  readonly invoice: { readonly id: string; readonly number: string; readonly month: string };
  readonly receivedAt: Date;
  readonly method: LocalText;
  /** As the bank or the payment provider names it. */
  readonly reference: string | null;
  readonly amount: Rupiah;
  /** Of this payment, what was owed of the invoice. */
  readonly applied: Rupiah;
  /** Of this payment, what was more than there was to pay, and is kept for the next invoice. */
  readonly keptForNext: Rupiah;
  /** What was still to be paid of the invoice after it. */
  readonly outstanding: Rupiah;
}

/** Who sends invoices. */
export interface Seller {
  readonly name: string;
  /** Lines of the postal address. */
  readonly address: readonly string[];
  /** NPWP, or what the country calls it. */
  readonly taxId: string | undefined;
  readonly email: string | undefined;
  readonly phone: string | undefined;
}

/** How a document's amount can be paid. */
export interface PaymentMeans {
  readonly bankAccounts: readonly {
    readonly bank: string;
    readonly number: string;
    readonly holder: string;
  }[];
  /** What a QRIS picture of this amount says; null: it cannot be paid so. */
  readonly qris: string | null;
}

/** Who sends a document, how it can be paid, and in which language it is written. */
export interface DocumentFrame {
  readonly seller: Seller;
  readonly means: PaymentMeans;
  readonly locale: Locale;
}
