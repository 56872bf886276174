import { SIGNAL_KEYS } from '@riwayat/alerting';
import { platformScope, type SampleWindows, type Span, tenantScope } from '@riwayat/collector';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import { isPlatform, type Reading, readingsOf } from './questions.ts';
import type { SignalQuestion, SignalReader, SignalValue } from './reader.ts';

const MS_PER_SECOND = 1_000;
/** An instance that was not heard of for longer, and never said that it ended, is gone: nobody waits for it any more. */
const REMEMBERED_MS = 24 * 3_600_000;
const SILENCE = 'instance_silence';

type Row = Awaited<ReturnType<SampleWindows['samples']>>[number];
type Measures = Row['measures'];
type SampleSignal = keyof Measures;

export const SAMPLE_SIGNALS = [
  'memory_used',
  'cpu_used',
  'disk_free',
  'database_connections',
  'database_pool_used',
  'queue_length',
  'event_loop_lag',
] as const satisfies readonly SampleSignal[];

/** What each instance uses, and for how long it has not been heard of. */
export function sampleSignals(windows: Pick<SampleWindows, 'samples' | 'instances'>): SignalReader {
  const scope = platformScope(tenantScope(OPERATORS_TENANT), OPERATORS_TENANT);
  return {
    signals: SIGNAL_KEYS.filter((key) => key === SILENCE || isSampleSignal(key)),
    async read(questions, at) {
      const ofPlatform = questions.filter(({ tenantId }) => isPlatform(tenantId));
      if (ofPlatform.length === 0) {
        return questions.map(() => []);
      }
      const lately: Span = { after: at.getTime() - REMEMBERED_MS, until: at.getTime() };
      const instances = (await windows.instances(scope, lately)).filter(({ ended }) => !ended);
      const readings = readingsOf(
        ofPlatform.filter(({ input }) => input.signal !== SILENCE),
        at,
      );
      const rows = await Promise.all(readings.map(({ spans }) => windows.samples(scope, spans)));
      const answers = new Map<SignalQuestion, SignalValue[]>();
      for (const [index, reading] of readings.entries()) {
        const measuresOf = byInstanceAndSpan(rows[index] ?? []);
        for (const question of reading.questions) {
          answers.set(
            question,
            instances.map(({ instance }) => valueFor(question, instance, reading, measuresOf)),
          );
        }
      }
      return questions.map((question) =>
        isPlatform(question.tenantId) && question.input.signal === SILENCE
          ? instances.map(({ instance, lastAt }) => ({
              subject: instance,
              value: (at.getTime() - lastAt.getTime()) / MS_PER_SECOND,
            }))
          : (answers.get(question) ?? []),
      );
    },
  };
}

function valueFor(
  { input }: SignalQuestion,
  instance: string,
  { placeOf }: Reading,
  measuresOf: ReadonlyMap<string, Measures>,
): SignalValue {
  const measures = measuresOf.get(`${placeOf(input)} ${instance}`);
  const measured = isSampleSignal(input.signal) ? measures?.[input.signal] : undefined;
  return { subject: instance, value: measured?.[input.statistic ?? 'mean'] ?? null };
}

function byInstanceAndSpan(rows: readonly Row[]): ReadonlyMap<string, Measures> {
  return new Map(rows.map(({ instance, span, measures }) => [`${span} ${instance}`, measures]));
}

export function isSampleSignal(key: string): key is SampleSignal {
  return SAMPLE_SIGNALS.some((signal) => signal === key);
}
