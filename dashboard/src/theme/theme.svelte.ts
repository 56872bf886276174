import { readPreference, writePreference } from '../preferences/preference.ts';

const PREFERENCE = 'theme';
/** In the order in which the switch goes round. */
const CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof CHOICES)[number];

/** Light or dark: as the system has it, or as was chosen here. `public/theme.js` sets it before the first paint. */
export class Theme {
  readonly #systemDark = matchMedia('(prefers-color-scheme: dark)');
  #choice = $state<ThemeChoice>('system');
  #dark = $state(false);

  constructor() {
    const kept = readPreference(PREFERENCE);
    this.#choice = CHOICES.find((choice) => choice === kept) ?? 'system';
    this.#apply();
    this.#systemDark.addEventListener('change', () => this.#apply());
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  /** What is shown now. */
  get shown(): 'light' | 'dark' {
    return this.#dark ? 'dark' : 'light';
  }

  /** Goes on to the next choice: system, light, dark, and round again. */
  next(): void {
    this.#choice = CHOICES[(CHOICES.indexOf(this.#choice) + 1) % CHOICES.length] ?? 'system';
    writePreference(PREFERENCE, this.#choice);
    this.#apply();
  }

  #apply(): void {
    this.#dark = this.#choice === 'dark' || (this.#choice === 'system' && this.#systemDark.matches);
    document.documentElement.setAttribute('data-theme', this.shown);
  }
}
