import { z } from 'zod';

const interval = z.tuple([z.number(), z.number()]).readonly();

const tolerance = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('exact') }).describe('Every replication has the documented value.'),
    z
      .strictObject({ kind: z.literal('relative'), share: z.number().positive() })
      .describe('The mean is off by at most this share of the documented value.'),
    z
      .strictObject({ kind: z.literal('absolute'), amount: z.number().nonnegative() })
      .describe('The mean is off by at most this much, in the unit of the figure.'),
    z.strictObject({ kind: z.literal('at-most') }).describe('The mean is not above the documented value.'),
    z.strictObject({ kind: z.literal('at-least') }).describe('The mean is not below the documented value.'),
    z
      .strictObject({ kind: z.literal('range'), low: z.number(), high: z.number() })
      .describe('The mean lies in the documented range, in the unit of the figure.'),
    z
      .strictObject({ kind: z.literal('prediction'), confidence: z.number() })
      .describe('The documented value lies in the interval that holds one further replication.'),
  ])
  .describe('How far off the figure may be; null when it is not judged.');

const comparedFigure = z.strictObject({
  id: z.string(),
  unit: z.string(),
  section: z.string().describe('Of the source document.'),
  kind: z
    .enum(['input', 'output', 'contradicted', 'context'])
    .describe('Drives the simulation; comes out of it; another figure disagrees; stands beside it.'),
  documented: z.number(),
  simulated: z.number().nullable().describe('Mean over the replications; null when it is not simulated.'),
  ci95: interval
    .nullable()
    .describe(
      'Interval of the mean, 95 %, Student’s t; null when it is not simulated or of one replication.',
    ),
  prediction95: interval.nullable().describe('Where one further replication is expected, 95 %.'),
  tolerance: tolerance.nullable(),
  heldOut: z.boolean().describe('Not used when the model was fitted, only predicted.'),
  contradicted: z.boolean().describe('Another figure of the same document disagrees; see the note.'),
  verdict: z.enum(['met', 'missed', 'contradicted', 'not judged', 'not simulated']),
  note: z.string().nullable(),
});

const changedFigures = z
  .array(z.strictObject({ figure: z.string(), before: z.number(), after: z.number() }))
  .readonly();

const tradeOff = z.strictObject({
  figure: z.string().describe('Id of the missed figure.'),
  moved: z
    .strictObject({ id: z.string(), unit: z.string(), from: z.number(), to: z.number() })
    .nullable()
    .describe('The one parameter that is moved for it; null when no fitted one changes the figure.'),
  reached: z.number().describe('Mean of the figure with it.'),
  met: z.boolean().describe('Within its tolerance then; otherwise it comes no nearer.'),
  broken: changedFigures.describe('Figures that are met now and missed then, with their means.'),
  worsened: changedFigures.describe('Other figures that are missed now and further off then.'),
});

/** The shape of `simulate validate --json`. */
export const validationReport = z
  .strictObject({
    scenario: z.string(),
    source: z.string().describe('The document that every figure is taken from.'),
    seed: z.int().nonnegative(),
    replications: z.int().positive(),
    figures: z.array(comparedFigure),
    tradeOffs: z
      .array(tradeOff)
      .nullable()
      .describe(
        'Of every missed figure, what meeting it would take and cost; null when it was not asked for.',
      ),
    passed: z.boolean().describe('No figure that is judged is outside its tolerance.'),
  })
  .describe('Documented figures beside simulated ones.');

export type ValidationReport = z.infer<typeof validationReport>;

/** The JSON schema (draft 2020-12) of a validation report. */
export function validationSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(validationReport, { target: 'draft-2020-12' });
}
