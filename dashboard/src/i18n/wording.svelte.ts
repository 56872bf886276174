import type { Tenant } from '../api/contract.ts';
import { readPreference, writePreference } from '../preferences/preference.ts';
import { Formats } from './formats.ts';
import { chooseLanguage, LANGUAGE_FACTS, type Language } from './language.ts';
import { type Translate, translator } from './translate.ts';

const PREFERENCE = 'language';

/** The language people read: its words ({@link t}) and its ways to write numbers and dates ({@link formats}). */
export class Wording {
  #language = $state<Language>('en');
  #timezone = $state('UTC');
  readonly #translate = $derived.by(() => {
    const { messages, tag } = LANGUAGE_FACTS[this.#language];
    return translator(messages, tag);
  });
  readonly #formats = $derived(new Formats(LANGUAGE_FACTS[this.#language].tag, this.#timezone));

  constructor() {
    this.#show(chooseLanguage(readPreference(PREFERENCE), navigator.languages, null));
  }

  get language(): Language {
    return this.#language;
  }

  get formats(): Formats {
    return this.#formats;
  }

  /** Says a message in the current language. */
  readonly t: Translate = (key, ...values) => this.#translate(key, ...values);

  /** Shows a tenant's time zone, and its language unless this person's browser says otherwise. */
  adopt(tenant: Tenant): void {
    this.#timezone = tenant.timezone;
    this.#show(chooseLanguage(readPreference(PREFERENCE), navigator.languages, tenant.locale));
  }

  /** Changes the language, and keeps the choice for the next visit. */
  choose(language: Language): void {
    writePreference(PREFERENCE, language);
    this.#show(language);
  }

  #show(language: Language): void {
    this.#language = language;
    document.documentElement.lang = language;
  }
}
