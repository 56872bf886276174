import { en } from './en.ts';
import { id } from './id.ts';
import type { Messages } from './translate.ts';

export const LANGUAGES = ['en', 'id'] as const;
export type Language = (typeof LANGUAGES)[number];

interface LanguageFacts {
  readonly messages: Messages;
  /** Tag for numbers and dates. */
  readonly tag: string;
  readonly name: string;
}

export const LANGUAGE_FACTS: Readonly<Record<Language, LanguageFacts>> = {
  en: { messages: en, tag: 'en-GB', name: 'English' },
  id: { messages: id, tag: 'id-ID', name: 'Bahasa Indonesia' },
};

/** The language of a BCP 47 tag ("id-ID", "EN"), or undefined when it is none of ours. */
function languageOf(tag: string | null): Language | undefined {
  const primary = tag?.toLowerCase().split('-')[0];
  // "in" is what Java-based systems still call Indonesian.
  return LANGUAGES.find((language) => language === (primary === 'in' ? 'id' : primary));
}

/**
 * The language to begin with: the one chosen here before, else the first of the browser's that we speak, else the
 * tenant's, else English.
 */
export function chooseLanguage(
  chosen: string | null,
  browser: readonly string[],
  tenant: string | null,
): Language {
  const wishes = [chosen, ...browser, tenant].map(languageOf);
  return wishes.find((language) => language !== undefined) ?? 'en';
}
