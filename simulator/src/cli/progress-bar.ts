import type { Progress } from '../replications/progress.ts';

const WIDTH = 24;
const SECONDS_PER_MINUTE = 60;
/** Control sequences of a terminal. */
const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const FROM_THE_LEFT = '\r';
const CLEAR_LINE = '\r\u001B[K';

/** A line that shows how far something is, and leaves nothing behind. */
export class ProgressBar {
  readonly #write: ((text: string) => void) | undefined;
  readonly #label: string;
  #shown = false;

  /** @param write where a terminal is watched; undefined where nobody watches */
  constructor(write: ((text: string) => void) | undefined, label: string) {
    this.#write = write;
    this.#label = label;
  }

  show({ done, wanted, secondsLeft }: Progress): void {
    const filled = Math.round((WIDTH * done) / Math.max(1, wanted));
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    this.#write?.(
      `${this.#shown ? '' : HIDE_CURSOR}${FROM_THE_LEFT}${this.#label} ${bar} ${done}/${wanted}, ${clock(secondsLeft)} `,
    );
    this.#shown = true;
  }

  /** Takes the line away and gives the cursor back, however it ended. */
  end(): void {
    if (this.#shown) {
      this.#write?.(`${CLEAR_LINE}${SHOW_CURSOR}`);
      this.#shown = false;
    }
  }
}

function clock(seconds: number): string {
  const whole = Math.ceil(Math.max(0, seconds));
  return `${Math.floor(whole / SECONDS_PER_MINUTE)}:${String(whole % SECONDS_PER_MINUTE).padStart(2, '0')}`;
}
