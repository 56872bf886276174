import type { Locale } from '../../tenants/tenant.ts';
import { withBlocks } from './blocks.ts';
import { discountBlock } from './discount-block.ts';
import { meterBlock } from './meter-block.ts';
import { planBlock } from './plan-blocks.ts';
import { walkBlock } from './walk-through.ts';

/** Where the rules of billing are told to tenants, from this file. */
export const HANDBOOK: Readonly<Record<Locale, URL>> = {
  en: new URL('../../../../docs/billing.md', import.meta.url),
  id: new URL('../../../../docs/billing.id.md', import.meta.url),
};

/** The page with the tables and figures that the engine and the catalogue give now. */
export function handbookPage(page: string, locale: Locale): string {
  return withBlocks(page, {
    meters: meterBlock(locale),
    plans: planBlock(locale),
    discounts: discountBlock(locale),
    invoice: walkBlock(locale),
  });
}
