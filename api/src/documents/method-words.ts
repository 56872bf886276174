import type { LocalText } from '@riwayat/billing';
import type { Method } from '../payments/payment-state.ts';
import type { VIRTUAL_ACCOUNT_BANKS, WALLETS } from '../payments/provider/provider.ts';

const METHODS: Readonly<Record<Method, LocalText>> = {
  'bank-transfer': { id: 'Transfer bank', en: 'Bank transfer' },
  'qris-static': { id: 'QRIS', en: 'QRIS' },
  'virtual-account': { id: 'Rekening virtual', en: 'Virtual account' },
  'e-wallet': { id: 'Dompet elektronik', en: 'E-wallet' },
  card: { id: 'Kartu', en: 'Card' },
  qris: { id: 'QRIS', en: 'QRIS' },
};

type Channel = (typeof VIRTUAL_ACCOUNT_BANKS)[number] | (typeof WALLETS)[number];

const CHANNELS: Readonly<Record<Channel, string>> = {
  bca: 'BCA',
  mandiri: 'Mandiri',
  bni: 'BNI',
  gopay: 'GoPay',
  ovo: 'OVO',
  dana: 'DANA',
};
const CHANNEL_NAMES: ReadonlyMap<string, string> = new Map(Object.entries(CHANNELS));

/** How something was paid, as people call it: `Virtual account · BCA`. */
export function methodText(method: Method, channel: string | null): LocalText {
  const { id, en } = METHODS[method];
  const through = channel === null ? '' : ` · ${CHANNEL_NAMES.get(channel) ?? channel}`;
  return { id: id + through, en: en + through };
}
