import { z } from 'zod';
import type { Locale } from '../tenants/tenant.ts';
import type { Place } from './place.ts';

/** What a mail says, before it has a form. */
export interface Letter {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Where the reader is to go. */
  readonly action?: { readonly label: string; readonly link: string };
}

/** Where a mail comes from. */
interface Sender extends Place {
  /** Name of the tenant. */
  readonly tenant: string;
}

type Texts<Values> = Record<Locale, (values: Values, sender: Sender) => Letter>;

/** A kind of mail: what its text needs, and the text in each language. */
export function template<Schema extends z.ZodType>(values: Schema, texts: Texts<z.infer<Schema>>) {
  return {
    values,
    /** @throws {z.ZodError} when the values are not the template's */
    letter: (unchecked: unknown, sender: Sender): Letter =>
      texts[sender.locale](values.parse(unchecked), sender),
  };
}

export const name = z.string().describe('Of who reads it');
export const instant = z.iso.datetime({ offset: true });
