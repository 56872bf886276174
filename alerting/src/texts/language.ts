export type Language = 'en' | 'id';

/** What people read, in each language. */
export type LocalText = Readonly<Record<Language, string>>;

/** BCP 47 tags that numbers are written by. */
export const LANGUAGE_TAGS: LocalText = { en: 'en-GB', id: 'id-ID' };
