export { type BackTest, backtest, type Firing } from './backtest/backtest.ts';
export type { DefaultRule } from './defaults/default-rule.ts';
export { PLATFORM_DEFAULTS } from './defaults/platform-defaults.ts';
export { TENANT_DEFAULTS } from './defaults/tenant-defaults.ts';
export {
  type AlertState,
  alertStateSchema,
  INITIAL_STATE,
  type Reading,
  type Transition,
} from './machine/state.ts';
export { step } from './machine/step.ts';
export { type Input, inputKey, inputsOf, type RuleInputs } from './rules/inputs.ts';
export {
  type Rule,
  type RuleInput,
  ruleSchema,
  SEVERITIES,
  type Severity,
} from './rules/rule.ts';
export { INCIDENTS, NARROWINGS, type Signal, STATISTICS } from './signals/signal.ts';
export { SIGNAL_KEYS, SIGNALS, type SignalKey, signalOf } from './signals/signals.ts';
export { formatSpan, formatValue } from './texts/format.ts';
export { readingText, ruleText } from './texts/rule-text.ts';
export { INCIDENT_NAMES, SEVERITY_NAMES, SIGNAL_NAMES } from './texts/signal-texts.ts';
export type { Accumulator, Sample } from './windows/accumulator.ts';
export { Distinct } from './windows/distinct.ts';
export { Share } from './windows/share.ts';
export {
  type RequestCounts,
  type RequestSignal,
  requestWindow,
  sampleWindow,
} from './windows/signal-windows.ts';
export { Total } from './windows/total.ts';
export { valuesAt } from './windows/window.ts';
