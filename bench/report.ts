/** A figure that must be reached: at least, or at most, `value`. */
export interface Target {
  readonly figure: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What one benchmark measured. Figures are plain numbers; their names carry the unit or say what is divided by what. */
export interface Report {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly targets: readonly Target[];
  readonly passed: boolean;
}

/** A number that a benchmark lets itself be told, `--name value`. */
export interface BenchSetting {
  readonly name: string;
  /** What it is unless told. */
  readonly value: number;
  /** With its unit. */
  readonly meaning: string;
}

export interface BenchOptions {
  /** Told a line as work goes on; silent under `--json`. */
  readonly progress: (line: string) => void;
  /** What a setting is in this run. */
  readonly setting: (setting: BenchSetting) => number;
}

export interface Benchmark {
  readonly summary: string;
  readonly settings?: readonly BenchSetting[];
  run(options: BenchOptions): Promise<Report>;
}

/** Judges figures against targets; a figure that is missing or not a number misses its target. */
export function report(name: string, figures: Record<string, number>, targets: readonly Target[]): Report {
  return { name, figures, targets, passed: targets.every((target) => reached(target, figures)) };
}

/** Whether the target's figure was measured and lies on the right side. */
export function reached(target: Target, figures: Readonly<Record<string, number>>): boolean {
  const value = figures[target.figure] ?? Number.NaN;
  return value >= (target.atLeast ?? -Infinity) && value <= (target.atMost ?? Infinity);
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (upper + lower) / 2;
}
