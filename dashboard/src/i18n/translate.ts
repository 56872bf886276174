import type { en } from './en.ts';

/** A message that depends on a number, by category of `Intl.PluralRules`. `other` always applies in the end. */
export interface Plural {
  readonly one?: string;
  readonly other: string;
}

export type Catalogue = Readonly<Record<string, string | Plural>>;

type English = typeof en;
export type MessageKey = keyof English;

/** What a language has to bring: every key of English, as a text where English has a text and a plural where it has one. */
export type Messages = {
  readonly [Key in MessageKey]: English[Key] extends string ? string : Plural;
};

type TextOf<Message> = Message extends string ? Message : Message extends Plural ? Message['other'] : never;
type PlaceholderOf<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlaceholderOf<Rest>
  : never;
type ValuesOf<Key extends MessageKey> = {
  readonly [Name in PlaceholderOf<TextOf<English[Key]>>]: Name extends 'count'
    ? English[Key] extends Plural
      ? number
      : string
    : string;
};

/** The values a message wants: none, or one per `{placeholder}`; `count` of a plural is a number, all else is text. */
type MessageValues<Key extends MessageKey> =
  PlaceholderOf<TextOf<English[Key]>> extends never ? [] : [values: ValuesOf<Key>];

export type Translate = <Key extends MessageKey>(key: Key, ...values: MessageValues<Key>) => string;

const PLACEHOLDER = /\{(\w+)\}/g;

/**
 * Makes the function that says things in one language.
 *
 * @param messages the language's catalogue
 * @param languageTag BCP 47 tag, for plural categories and for the numbers inside messages
 */
export function translator(messages: Messages, languageTag: string): Translate {
  const plurals = new Intl.PluralRules(languageTag);
  const numbers = new Intl.NumberFormat(languageTag);
  return (key, ...[values]) => {
    const given: Readonly<Record<string, string | number>> = values ?? {};
    const message: string | Plural = messages[key];
    const { count } = given;
    return textFor(message, count, plurals).replaceAll(PLACEHOLDER, (placeholder, name: string) => {
      const value = given[name];
      return typeof value === 'number' ? numbers.format(value) : (value ?? placeholder);
    });
  };
}

function textFor(message: string | Plural, count: unknown, plurals: Intl.PluralRules): string {
  if (typeof message === 'string') {
    return message;
  }
  const singular = typeof count === 'number' && plurals.select(count) === 'one';
  return (singular ? message.one : undefined) ?? message.other;
}
