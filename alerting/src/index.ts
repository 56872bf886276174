export { type Judgement, judge } from './machine/judge.ts';
export {
  type AlertState,
  alertStateSchema,
  INITIAL_STATE,
  type Reading,
  type Transition,
} from './machine/state.ts';
export { type Step, step } from './machine/step.ts';
export { type Input, inputKey, inputsOf, type RuleInputs } from './rules/inputs.ts';
export {
  type Condition,
  limitOf,
  type Rule,
  type RuleInput,
  ruleSchema,
  SEVERITIES,
  type Severity,
} from './rules/rule.ts';
export {
  INCIDENTS,
  type Incident,
  NARROWINGS,
  type Narrowing,
  type Signal,
  STATISTICS,
  type Statistic,
} from './signals/signal.ts';
export { SIGNAL_KEYS, SIGNALS, type SignalKey, signalOf } from './signals/signals.ts';
