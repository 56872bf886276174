/** What a line of an invoice is: those of a bill, what came late, and what a credit note takes back. */
export const LINE_KINDS = [
  'charge',
  'cache-modifier',
  'minimum',
  'cap',
  'discount',
  'adjustment',
  'waived',
  'credit',
] as const;

export type LineKind = (typeof LINE_KINDS)[number];
