import { ApiError } from '../api/api-error.ts';

/** The sending of one form: whether it is under way, and why it failed the last time. */
export class Submission {
  #underWay = $state(false);
  #failure = $state.raw<ApiError>();

  get underWay(): boolean {
    return this.#underWay;
  }

  get failure(): ApiError | undefined {
    return this.#failure;
  }

  /**
   * Sends; a second press while that is under way does nothing.
   *
   * @returns whether it succeeded
   */
  async send(work: () => Promise<void>): Promise<boolean> {
    if (this.#underWay) {
      return false;
    }
    this.#failure = undefined;
    this.#underWay = true;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      this.#failure = error;
      return false;
    } finally {
      this.#underWay = false;
    }
  }

  /** Forgets the last failure, when it has led to another step. */
  forget(): void {
    this.#failure = undefined;
  }
}
