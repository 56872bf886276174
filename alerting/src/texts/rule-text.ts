import { judge } from '../machine/judge.ts';
import type { Reading } from '../machine/state.ts';
import type { Condition, Rule } from '../rules/rule.ts';
import { INCIDENTS } from '../signals/signal.ts';
import { signalOf } from '../signals/signals.ts';
import { formatBeside, formatSpan, formatValue } from './format.ts';
import type { Language } from './language.ts';
import { PHRASES } from './phrases.ts';
import { INCIDENT_NAMES, SIGNAL_NAMES, STATISTIC_NAMES } from './signal-texts.ts';

/** Limits are written as they are: with all the decimals that a person would give. */
const LIMIT_DETAIL = 6;

/**
 * What a rule watches for: `Error rate above 5% over 5 minutes, for 2 minutes`.
 *
 * @param meter what the meter is called that the rule is narrowed down to, if it is; its key unless given
 */
export function ruleText(rule: Rule, language: Language, meter?: string): string {
  const { lasting } = PHRASES[language];
  const watched = `${nameOf(rule, language, meter)} ${conditionText(rule, language)}`;
  return rule.for > 0 ? `${watched}, ${lasting(formatSpan(rule.for, language))}` : watched;
}

/**
 * What was read, and what that is beside the rule: `Error rate was 12.4%; above 5%`, `… was 3%; not above 5%`.
 *
 * @param meter see {@link ruleText}
 */
export function readingText(
  rule: Rule,
  reading: Pick<Reading, 'value' | 'other'>,
  language: Language,
  meter?: string,
): string {
  const phrases = PHRASES[language];
  const name = nameOf(rule, language, meter);
  const { value, other = null } = reading;
  if (value === null) {
    return phrases.noData(name);
  }
  const { when } = rule;
  const { unit } = signalOf(rule.signal);
  switch (when.kind) {
    case 'above':
    case 'below': {
      const limit = phrases[when.kind](formatValue(when.value, unit, language, LIMIT_DETAIL));
      const bad = judge(rule, { at: 0, value }) === 'bad';
      return `${phrases.was(name, formatBeside(value, when.value, unit, language))}; ${bad ? limit : phrases.not(limit)}`;
    }
    case 'rise':
    case 'fall': {
      const now = phrases.was(name, formatValue(value, unit, language));
      return other === null
        ? now
        : `${now}; ${phrases.in(formatValue(other, unit, language), thanText(rule, when.than, language))}`;
    }
    case 'burn': {
      const times = (burnt: number): string => phrases.times(formatBeside(burnt, when.above, unit, language));
      const over = (seconds: number): string => phrases.over(formatSpan(seconds, language));
      const long = `${phrases.was(name, times(value))} ${over(rule.window)}`;
      return other === null ? long : `${long}; ${times(other)} ${over(when.short)}`;
    }
  }
}

/** What a signal is called, with what it is narrowed down to and how its values become one. */
function nameOf({ signal, only, statistic }: Rule, language: Language, meter = only.meter): string {
  const incident = INCIDENTS.find((known) => known === only.incident);
  const usual = signalOf(signal).statistics[0];
  const details = [
    only.endpoint,
    meter,
    incident && INCIDENT_NAMES[incident][language],
    statistic === undefined || statistic === usual ? undefined : STATISTIC_NAMES[statistic][language],
  ].filter((detail) => detail !== undefined);
  const name = SIGNAL_NAMES[signal][language];
  return details.length === 0 ? name : `${name} (${details.join(', ')})`;
}

function conditionText(rule: Rule, language: Language): string {
  const phrases = PHRASES[language];
  const { when, window } = rule;
  const { unit } = signalOf(rule.signal);
  const over = (seconds: number): string => phrases.over(formatSpan(seconds, language));
  switch (when.kind) {
    case 'above':
    case 'below': {
      const limit = phrases[when.kind](formatValue(when.value, unit, language, LIMIT_DETAIL));
      return window === 0 ? limit : `${limit} ${over(window)}`;
    }
    case 'rise':
    case 'fall':
      return phrases[when.kind](
        formatValue(when.percent, 'percent', language, LIMIT_DETAIL),
        thanText(rule, when.than, language),
      );
    case 'burn': {
      const limit = phrases.above(phrases.times(formatValue(when.above, unit, language, LIMIT_DETAIL)));
      return `${limit} ${phrases.both(over(window), over(when.short))}`;
    }
  }
}

function thanText(
  { window }: Rule,
  than: Extract<Condition, { readonly percent: number }>['than'],
  language: Language,
): string {
  const { lastWeek, windowBefore } = PHRASES[language];
  return (than === 'last_week' ? lastWeek : windowBefore)(formatSpan(window, language));
}
