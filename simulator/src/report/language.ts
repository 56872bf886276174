export type Language = 'en' | 'id';
export const LANGUAGES: readonly Language[] = ['en', 'id'];

/** For `Intl`. */
export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-US', id: 'id-ID' };
