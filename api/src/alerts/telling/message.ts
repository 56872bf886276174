import { SEVERITIES, type Severity } from '@riwayat/alerting';
import type { Channel } from '../../channels/channel.ts';
import type { NoticeTexts } from '../../channels/notice.ts';
import type { Message } from '../../channels/send.ts';
import { tenantRow } from '../../tenants/tenant.ts';
import type { AlertInWords } from './alert-in-words.ts';
import { type AlertLine, alertsMail, linesText, titleOf } from './alert-mails.ts';
import type { LineKind } from './grouping.ts';

/** The page on which people say by what they want to be told. */
const PREFERENCES_PATH = '/#/notifications';
const ALERTS_PATH = '/#/alerts';

/** What somebody is to be told, before it has the form of a channel. */
export interface Addressed {
  readonly tenantId: string;
  readonly userId: string | null;
  readonly channel: Channel;
  /** Of the first news that it is about: one message is of one such, for each person and channel. */
  readonly eventId: string;
  readonly lines: readonly { readonly kind: LineKind; readonly alert: AlertInWords }[];
}

/** A message as its channel carries it; undefined when there is nothing to say. */
export function messageOf(addressed: Addressed, publicUrl: string): Message | undefined {
  const { userId, channel, eventId } = addressed;
  const [first] = addressed.lines;
  if (first === undefined) {
    return undefined;
  }
  const tenantId = tenantRow.shape.id.parse(addressed.tenantId);
  const common = { tenantId, dedupeKey: `alert-event-${eventId}` };
  if (channel === 'webhook') {
    const event = first.kind === 'passed' ? 'resolved' : first.kind;
    return { ...common, channel, event: `alert.${event}`, data: dataOf(first.alert) };
  }
  if (userId === null) {
    return undefined;
  }
  const lines = addressed.lines.map((line) => lineOf(line, addressed.tenantId, publicUrl));
  if (channel === 'mail') {
    const tenant = first.alert.circumstances.tenant;
    const preferences = new URL(PREFERENCES_PATH, publicUrl).href;
    const link = new URL(pathOf(addressed), publicUrl).href;
    return {
      ...common,
      channel,
      userId,
      template: 'alerts',
      values: alertsMail.parse({ tenant, lines, link, preferences }),
    };
  }
  return { ...common, channel, userId, notice: noticeOf(addressed, lines) };
}

function noticeOf(addressed: Addressed, lines: readonly AlertLine[]): NoticeTexts {
  const [first] = addressed.lines;
  const tenant = first?.alert.circumstances.tenant ?? '';
  const textsIn = (locale: 'en' | 'id') => ({
    title: titleOf({ tenant, lines }, locale),
    body: linesText(lines, locale),
  });
  return {
    texts: { en: textsIn('en'), id: textsIn('id') },
    path: pathOf(addressed),
    tag: addressed.lines.length === 1 ? (first?.alert.row.id ?? '') : `alerts-${addressed.tenantId}`,
    severity: worstOf(lines),
  };
}

/** One click to the alert, or to all of them; operators have no window on the alerts of a tenant. */
function pathOf({ tenantId, lines }: Addressed): string {
  const [first] = lines;
  if (first === undefined || first.alert.row.tenant_id !== tenantId) {
    return '/#/';
  }
  return lines.length === 1 ? `${ALERTS_PATH}/${first.alert.row.id}` : ALERTS_PATH;
}

function worstOf(lines: readonly AlertLine[]): Severity {
  return SEVERITIES.findLast((severity) => lines.some((line) => line.severity === severity)) ?? 'info';
}

function lineOf(
  { kind, alert }: Addressed['lines'][number],
  readerTenant: string,
  publicUrl: string,
): AlertLine {
  const { row, name, says, watches, topic } = alert;
  return {
    alert: row.id,
    kind,
    severity: row.severity,
    name,
    says,
    watches,
    topic,
    // What concerns the tenant as a whole needs no name beside the tenant's.
    subject: row.subject === row.tenant_id ? '' : row.subject,
    since: row.since.toISOString(),
    firedAt: row.fired_at.toISOString(),
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    link: row.tenant_id === readerTenant ? new URL(`${ALERTS_PATH}/${row.id}`, publicUrl).href : null,
  };
}

/** What a tenant's application gets of an alert. */
function dataOf({ row, name, says, topic }: AlertInWords): Record<string, unknown> {
  return {
    alert: row.id,
    rule: { id: row.rule_id, version: row.rule_version, name: name.en, signal: row.rule.signal },
    topic,
    severity: row.severity,
    subject: row.subject,
    text: says.en,
    since: row.since.toISOString(),
    fired_at: row.fired_at.toISOString(),
    fired_with: row.fired_with,
    resolved_at: row.resolved_at?.toISOString() ?? null,
    resolved_with: row.resolved_with,
    escalation: row.escalation,
  };
}
