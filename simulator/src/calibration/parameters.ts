import { readFileSync } from 'node:fs';
import { memoryParameters } from '../memory/parameters.ts';
import { systemParameters } from '../system/parameters.ts';
import { workloadParameters } from '../workload/parameters.ts';
import type { Parameter, Parameters } from './parameter.ts';

/** Where the fitted values are kept: in the package's folder, which is as far from the sources as from what is built of them. */
export const CALIBRATED_FILE = new URL('../../calibrated.json', import.meta.url);

/** Every free number of the model. */
export const allParameters: readonly Parameter[] = [
  ...workloadParameters,
  ...systemParameters,
  ...memoryParameters,
];

/** Fitted values cannot be used. */
export class CalibrationFileError extends Error {
  override readonly name = 'CalibrationFileError';
}

let loaded: Parameters | undefined;

/**
 * The values that the model runs with: fitted ones from the calibration's file, those of assumptions from the lists.
 *
 * @throws {CalibrationFileError} when the file names a parameter that the model has not, lacks one that is fitted, or has a value
 *   outside its bounds
 */
export function calibratedParameters(): Parameters {
  loaded ??= readValues(calibrationText(), allParameters);
  return loaded;
}

/** Numbers that the fit decides: those that answer to a figure. */
export function fittedParameters(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.filter(({ figures }) => figures.length > 0);
}

/** Values of a list as it stands. */
export function defaultValues(parameters: readonly Parameter[]): Parameters {
  return Object.fromEntries(parameters.map(({ id, value }) => [id, value]));
}

/**
 * Reads a calibration's file.
 *
 * @param text JSON with `values`, an object of numbers by parameter id
 * @throws {CalibrationFileError} as {@link calibratedParameters}
 */
export function readValues(text: string, parameters: readonly Parameter[]): Parameters {
  const fitted = new Map(fittedParameters(parameters).map((parameter) => [parameter.id, parameter]));
  const values: Record<string, number> = { ...defaultValues(parameters) };
  const given = valuesIn(text);
  for (const [id, value] of Object.entries(given)) {
    const parameter = fitted.get(id);
    if (parameter === undefined) {
      throw new CalibrationFileError(
        `The calibration has a value for "${id}", which is not fitted. ${AGAIN}`,
      );
    }
    const { lower, upper, unit } = parameter;
    if (typeof value !== 'number' || !(value >= lower && value <= upper)) {
      throw new CalibrationFileError(
        `"${id}" is ${String(value)} in the calibration, outside its bounds ${lower} to ${upper} ${unit}. ${AGAIN}`,
      );
    }
    values[id] = value;
  }
  const missing = [...fitted.keys()].filter((id) => !(id in given));
  if (missing.length > 0) {
    throw new CalibrationFileError(`The calibration has no value for ${missing.join(', ')}. ${AGAIN}`);
  }
  return values;
}

function calibrationText(): string {
  try {
    return readFileSync(CALIBRATED_FILE, 'utf8');
  } catch (error) {
    throw new CalibrationFileError(`The calibration cannot be read. ${AGAIN}`, { cause: error });
  }
}

const AGAIN = 'Fit the model again: npm run simulate -- calibrate --write --date YYYY-MM-DD.';

function valuesIn(text: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new CalibrationFileError(`The calibration is not JSON: ${String(error)}. ${AGAIN}`, {
      cause: error,
    });
  }
  if (isRecord(content) && isRecord(content['values'])) {
    return content['values'];
  }
  throw new CalibrationFileError(`The calibration has no "values". ${AGAIN}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
