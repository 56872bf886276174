import type { Channel } from '../channel.ts';

const SHOWN_DIGITS_BEFORE = 3;
const SHOWN_DIGITS_AFTER = 3;

/** A recipient so that who knows it recognises it, and nobody else learns it. Ids of devices and endpoints stay. */
export function masked(channel: Channel, recipient: string): string {
  switch (channel) {
    case 'mail': {
      const [name = '', domain = ''] = recipient.split(/@(?=[^@]*$)/);
      return `${name.slice(0, 1)}***@${domain}`;
    }
    case 'whatsapp':
    case 'sms':
      return `${recipient.slice(0, SHOWN_DIGITS_BEFORE)}***${recipient.slice(-SHOWN_DIGITS_AFTER)}`;
    default:
      return recipient;
  }
}

/** A text of a provider without what could be somebody's address or number. */
export function withoutPeople(text: string): string {
  return text.replace(/[^\s<>@:;,"']+@[\w.-]+/g, '…').replace(/\+?\d[\d -]{7,}\d/g, '…');
}
