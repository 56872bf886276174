import type { SandboxPayment } from './payment-book.ts';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem;color:#1b1f24}' +
  'label{display:block;margin:1rem 0 .25rem}input,button{font:inherit;padding:.6rem .8rem;width:100%;box-sizing:border-box}' +
  'button{margin-top:1rem;background:#0b5cad;color:#fff;border:0;border-radius:.4rem}.note{color:#57606a}';

/** The page on which somebody plays the payer. */
export function payPage({ order, message }: SandboxPayment, problem?: string): string {
  const isCard = order.way.method === 'card';
  const form =
    message.state === 'pending'
      ? `<form method="post">${isCard ? cardField() : amountField(message.amount)}<button>Bayar / Pay</button></form>`
      : `<p><strong>${escaped(message.state)}</strong></p>`;
  return page(
    `<h1>Sandbox: ${escaped(order.way.method)}</h1>` +
      `<p>${escaped(order.description)}<br>Rp ${message.amount.toLocaleString('id-ID')}</p>` +
      `${problem === undefined ? '' : `<p role="alert"><strong>${escaped(problem)}</strong></p>`}${form}` +
      '<p class="note">Tidak ada uang sungguhan. / No real money.</p>',
  );
}

/** A page that says what is wrong. */
export function problemPage(problem: string): string {
  return page(`<h1>Sandbox</h1><p role="alert">${escaped(problem)}</p>`);
}

function amountField(amount: number): string {
  return `<label for="amount">Jumlah / Amount (Rp)</label><input id="amount" name="amount" inputmode="numeric" value="${amount}">`;
}

function cardField(): string {
  return (
    '<label for="card">Nomor kartu / Card number</label>' +
    '<input id="card" name="card" inputmode="numeric" autocomplete="off" value="4811 1111 1111 1114">'
  );
}

function page(body: string): string {
  return (
    '<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Sandbox</title>' +
    '<meta name="viewport" content="width=device-width,initial-scale=1">' +
    `<style>${STYLE}</style></head><body><main>${body}</main></body></html>`
  );
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
