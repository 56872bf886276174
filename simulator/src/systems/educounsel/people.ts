import { exponential, logNormal } from '../../random/distributions.ts';
import { createStream, type RandomStream } from '../../random/stream.ts';
import { EDUCOUNSEL } from './assumptions.ts';
import { documented } from './figures.ts';
import type { Flow } from './flows.ts';

const LARGEST_FILE = documented('upload.limit');

/** Those who are on line, a fixed number: who leaves makes room for another one, who logs in. */
export class People {
  /** By person: whose dashboard is shown to a teacher. */
  readonly account: Int32Array;
  readonly #teachers: number;
  readonly #choices: RandomStream;
  readonly #pauses: RandomStream;
  readonly #files: RandomStream;
  /** Actions until the person leaves. */
  readonly #left: Int32Array;

  constructor(count: number, seed: number, replication: number) {
    const stream = (purpose: string) => createStream(seed, `educounsel/${purpose}`, replication);
    this.#choices = stream('choices');
    this.#pauses = stream('pauses');
    this.#files = stream('files');
    this.#teachers = Math.round(count * EDUCOUNSEL.teachers.value);
    this.account = new Int32Array(count);
    this.#left = new Int32Array(count);
  }

  /** Seconds until the person asks for the next thing. */
  pause(): number {
    return exponential(this.#pauses, EDUCOUNSEL.think.value);
  }

  /** What the person asks for next. */
  next(person: number): Flow {
    const left = this.#left[person] ?? 0;
    this.#left[person] = left - 1;
    if (left === 0) {
      this.#comeAnew(person);
      return 'login';
    }
    const choice = this.#choices.next();
    if (person >= this.#teachers) {
      return choice < EDUCOUNSEL.studentDownload.value ? 'download' : 'page';
    }
    if (choice < EDUCOUNSEL.teacherDashboard.value) {
      return 'dashboard';
    }
    return choice < EDUCOUNSEL.teacherDashboard.value + EDUCOUNSEL.teacherUpload.value ? 'upload' : 'page';
  }

  /** Size of a file that is to be uploaded, MB; a larger one than allowed is not chosen. */
  file(): number {
    const { uploadMegabytes, uploadVariation } = EDUCOUNSEL;
    return Math.min(LARGEST_FILE, logNormal(this.#files, uploadMegabytes.value, uploadVariation.value));
  }

  #comeAnew(person: number): void {
    this.account[person] = Math.floor(this.#choices.next() * EDUCOUNSEL.teacherAccounts.value);
    this.#left[person] = Math.ceil(exponential(this.#choices, EDUCOUNSEL.sessionActions.value));
  }
}
