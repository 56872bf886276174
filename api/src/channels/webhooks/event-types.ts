/** What applications of tenants can be told of. A name is never reused for something else. */
export const EVENT_TYPES = ['alert.fired', 'alert.repeated', 'alert.escalated', 'alert.resolved'] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** What the button sends that tries an endpoint. */
export const TEST_EVENT = 'webhook.test';
