import { z } from 'zod';
import type { Locale } from '../tenants/tenant.ts';
import type { Place } from './place.ts';

interface LetterLink {
  readonly label: string;
  readonly link: string;
}

/** One of several things that a mail tells of. */
export interface LetterItem {
  readonly title: string;
  /** Shown as a colour. */
  readonly tone: 'good' | 'warning' | 'bad';
  readonly lines: readonly string[];
  readonly action?: LetterLink;
}

/** What a mail says, before it has a form. */
export interface Letter {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly items?: readonly LetterItem[];
  /** Paragraphs after the items. */
  readonly closing?: readonly string[];
  /** Where the reader is to go. */
  readonly action?: LetterLink;
  /** Where the reader says that they do not want such mails. */
  readonly preferences?: LetterLink;
  /** The body of its HTML, where paragraphs are not enough: what people wrote in it is escaped. */
  readonly html?: LetterHtml;
}

/** What stands in the body, and the rules of style that the head has for it. */
interface LetterHtml {
  readonly body: string;
  readonly style: string;
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
