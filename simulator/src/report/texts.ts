import type { Verdict } from '../validation/compare.ts';
import type { Tolerance } from '../validation/tolerance.ts';
import { type Language, LOCALES } from './language.ts';

/** What the table and the page say of a comparison. */
export interface ReportTexts {
  readonly title: (scenario: string) => string;
  readonly made: (replications: number, seed: number) => string;
  readonly columns: {
    readonly figure: string;
    readonly documented: string;
    readonly simulated: string;
    readonly interval: string;
    readonly tolerance: string;
    readonly verdict: string;
    readonly why: string;
  };
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly heldOut: string;
  readonly heldOutNote: string;
  readonly contradicted: string;
  readonly notSimulated: (count: number) => string;
  readonly passed: (met: number) => string;
  readonly failed: (missed: number, judged: number) => string;
  readonly tolerance: (tolerance: Tolerance, unit: string, number: Intl.NumberFormat) => string;
  readonly why: Readonly<Record<'input' | 'context' | 'unmeasured', string>>;
  readonly page: {
    readonly skip: string;
    readonly figures: string;
    readonly others: string;
  };
}

const PERCENT = 100;
/** Name of the scenario that changes nothing. */
const DOCUMENTED = 'documented';

const EN: ReportTexts = {
  title: (scenario) =>
    `Documented and simulated: ${scenario === DOCUMENTED ? 'the documented month' : scenario}`,
  made: (replications, seed) =>
    `${replications} ${replications === 1 ? 'replication' : 'replications'}, seed ${seed}`,
  columns: {
    figure: 'figure',
    documented: 'documented',
    simulated: 'simulated mean',
    interval: '95 % interval',
    tolerance: 'tolerance',
    verdict: 'verdict',
    why: 'why not',
  },
  verdicts: {
    met: 'met',
    missed: 'MISSED',
    contradicted: 'contradicted',
    'not judged': 'not judged',
    'not simulated': 'not simulated',
  },
  heldOut: 'held out',
  heldOutNote: 'Held out: not used when the model was fitted, only predicted.',
  contradicted: 'Contradicted: the document disagrees with itself',
  notSimulated: (count) => `${count} more figures are inputs of the simulation or stand beside it.`,
  passed: (met) => `All ${met} figures that are judged are within their tolerance.`,
  failed: (missed, judged) => `${missed} of ${judged} figures that are judged are outside their tolerance.`,
  tolerance: (tolerance, unit, number) => {
    switch (tolerance.kind) {
      case 'exact':
        return 'exact';
      case 'relative':
        return `± ${number.format(PERCENT * tolerance.share)} %`;
      case 'absolute':
        return `± ${withUnit(number.format(tolerance.amount), unit === '%' ? 'points' : unit)}`;
      case 'at-most':
        return 'at most';
      case 'at-least':
        return 'at least';
      case 'range':
        return withUnit(`${number.format(tolerance.low)} to ${number.format(tolerance.high)}`, unit);
      case 'prediction':
        return `in ${number.format(PERCENT * tolerance.confidence)} % prediction`;
    }
  },
  why: {
    input: 'drives the simulation',
    context: 'stands beside the simulation',
    unmeasured: 'is not measured by the model',
  },
  page: {
    skip: 'Skip to the table of figures',
    figures: 'Figures',
    others: 'Figures that are not simulated',
  },
};

const ID: ReportTexts = {
  title: (scenario) => `Dokumen dan simulasi: ${scenario === DOCUMENTED ? 'bulan terdokumentasi' : scenario}`,
  made: (replications, seed) => `${replications} replikasi, seed ${seed}`,
  columns: {
    figure: 'angka',
    documented: 'dokumen',
    simulated: 'rata-rata simulasi',
    interval: 'selang 95 %',
    tolerance: 'toleransi',
    verdict: 'penilaian',
    why: 'mengapa tidak',
  },
  verdicts: {
    met: 'terpenuhi',
    missed: 'MELESET',
    contradicted: 'bertentangan',
    'not judged': 'tidak dinilai',
    'not simulated': 'tidak disimulasikan',
  },
  heldOut: 'disisihkan',
  heldOutNote: 'Disisihkan: tidak dipakai saat model dicocokkan, hanya diramalkan.',
  contradicted: 'Bertentangan: dokumen tidak sejalan dengan dirinya sendiri',
  notSimulated: (count) => `${count} angka lain adalah masukan simulasi atau pendamping saja.`,
  passed: (met) => `Semua ${met} angka yang dinilai berada dalam toleransinya.`,
  failed: (missed, judged) => `${missed} dari ${judged} angka yang dinilai berada di luar toleransinya.`,
  tolerance: (tolerance, unit, number) => {
    switch (tolerance.kind) {
      case 'exact':
        return 'tepat';
      case 'relative':
        return `± ${number.format(PERCENT * tolerance.share)} %`;
      case 'absolute':
        return `± ${withUnit(number.format(tolerance.amount), unit === '%' ? 'poin' : unit)}`;
      case 'at-most':
        return 'paling banyak';
      case 'at-least':
        return 'paling sedikit';
      case 'range':
        return withUnit(`${number.format(tolerance.low)} sampai ${number.format(tolerance.high)}`, unit);
      case 'prediction':
        return `dalam prediksi ${number.format(PERCENT * tolerance.confidence)} %`;
    }
  },
  why: {
    input: 'menggerakkan simulasi',
    context: 'mendampingi simulasi',
    unmeasured: 'tidak diukur oleh model',
  },
  page: { skip: 'Langsung ke tabel angka', figures: 'Angka', others: 'Angka yang tidak disimulasikan' },
};

export function reportTexts(language: Language): ReportTexts {
  return language === 'id' ? ID : EN;
}

/** Numbers of the report: enough digits to tell 247 from 247.3, and 0.289 from 0.3. */
export function reportNumbers(language: Language): Intl.NumberFormat {
  return new Intl.NumberFormat(LOCALES[language], { maximumSignificantDigits: 4 });
}

/** A number with its unit; counts have none. */
export function withUnit(number: string, unit: string): string {
  return UNITLESS.has(unit) ? number : `${number} ${unit}`;
}

const UNITLESS: ReadonlySet<string> = new Set([
  'count',
  'people',
  'sessions',
  'requests',
  'requests/day',
  'requests/hour',
  'requests/month',
]);
