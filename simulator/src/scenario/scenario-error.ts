/** What is wrong at one place of a scenario file. */
export interface ScenarioProblem {
  /** Keys and list positions from the top, as in `people.browser` or `incidents[2].at.day`; empty for the file. */
  readonly path: string;
  /** Place in the file, both from 1. */
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** A scenario file cannot be used. All that is wrong with it is in {@link problems}. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly ScenarioProblem[];

  /**
   * @param file how the file is called in the message
   * @param problems at least one
   */
  constructor(file: string, problems: readonly ScenarioProblem[]) {
    const lines = problems.map(
      ({ line, column, path, reason }) =>
        `${file}:${line}:${column} ${path === '' ? 'the file' : path} ${reason}`,
    );
    super(lines.join('\n'));
    this.problems = problems;
  }
}
