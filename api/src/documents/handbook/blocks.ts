/** By name, what stands between `<!-- name -->` and `<!-- /name -->`. */
export type Blocks = Readonly<Record<string, string>>;

/**
 * A page with its computed parts computed anew; what people wrote around them stays.
 *
 * @throws {Error} when the page lacks a block: it would say nothing of it
 */
export function withBlocks(page: string, blocks: Blocks): string {
  return Object.entries(blocks).reduce((text, [name, content]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from === -1 || to < from) {
      throw new Error(`The page has no block "${name}": ${begin} and, after it, ${end}.`);
    }
    return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
  }, page);
}

/** A Markdown table. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
