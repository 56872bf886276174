import { describe, expect, it } from 'vitest';
import { html, jsonScript } from './markup.ts';

const HOSTILE = `"></script><script>alert('1')</script>&`;

describe('html', () => {
  it('escapes text, in content and in attributes', () => {
    const { text } = html`<p title="${HOSTILE}">${HOSTILE}</p>`;
    expect(text).toBe(
      '<p title="&quot;&gt;&lt;/script&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;">&quot;&gt;&lt;/script&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</p>',
    );
  });

  it('keeps markup within markup, also in lists', () => {
    expect(html`<ul>${['a', '<b>'].map((name) => html`<li>${name}</li>`)}</ul>`.text).toBe(
      '<ul><li>a</li><li>&lt;b&gt;</li></ul>',
    );
  });
});

describe('jsonScript', () => {
  it('cannot be ended by its data, which stays what it was', () => {
    const { text } = jsonScript('data', { name: HOSTILE });
    const inside = text.slice(text.indexOf('>') + 1, text.lastIndexOf('</script>'));
    expect(inside).not.toContain('<');
    expect(JSON.parse(inside)).toEqual({ name: HOSTILE });
  });
});
