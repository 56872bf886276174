import type { UsageSummary } from '../api/contract.ts';
import type { Translate } from '../i18n/translate.ts';

/** What a limit is of; null where it is of what is shown beside it. */
export type LimitOf = UsageSummary['active_users']['limit_of'];

/** How much of a limit is used. Says of what, where a reader would take it for the number above it. */
export function limitLine(
  t: Translate,
  { of, ...share }: { readonly percentage: string; readonly limit: string; readonly of: LimitOf },
): string {
  return of === null
    ? t('card.limit', share)
    : t('card.limitOf', { ...share, what: t(`card.limitOf.${of}`) });
}
