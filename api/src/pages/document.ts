import { z } from 'zod';

const LONGEST_TITLE = 120;
const LONGEST_LINE = 300;
const LONGEST_TEXT = 20_000;
const LONGEST_LINK = 2_048;
const MOST_BLOCKS = 100;
const MOST_COLUMNS = 4;
const MOST_BLOCKS_OF_COLUMN = 20;
const MOST_PRODUCTS = 100;
const DEAREST_IDR = 1_000_000_000;

/** No control characters, and no halves of characters, which Postgres cannot keep. */
const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be one line without control characters');

const text = z
  .string()
  .min(1)
  .max(LONGEST_TEXT)
  .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\t])*$/u, 'must have no control characters but line breaks and tabs');

/** What a browser may be sent to: never a scheme that runs what it is given, never another host by the back door. */
const link = z
  .string()
  .max(LONGEST_LINK)
  .regex(
    /^(?:https?:\/\/[^\s\\\p{Cc}\p{Cs}]+|\/(?!\/)[^\s\\\p{Cc}\p{Cs}]*|#[\w-]*)$/iu,
    'must be an http or https address, a path of this site (/menu) or a place on the page (#top)',
  )
  .refine((value) => !/^https?:/i.test(value) || URL.canParse(value), 'must be an address that can be read');

const image = z.strictObject({
  src: link,
  alt: line(LONGEST_LINE).describe('What is to be seen, for those who cannot see it'),
});

const heading = z.strictObject({
  type: z.literal('heading'),
  level: z.int().min(1).max(3),
  text: line(LONGEST_TITLE),
});
const paragraph = z.strictObject({ type: z.literal('text'), text: text.describe('Plain text, never HTML') });
const picture = image.extend({ type: z.literal('image'), caption: line(LONGEST_LINE).optional() });
const products = z.strictObject({
  type: z.literal('product_list'),
  title: line(LONGEST_TITLE).optional(),
  items: z
    .array(
      z.strictObject({
        name: line(LONGEST_TITLE),
        description: line(LONGEST_LINE).optional(),
        price_idr: z.int().min(0).max(DEAREST_IDR).describe('Whole rupiah'),
        image: image.optional(),
        href: link.optional(),
      }),
    )
    .min(1)
    .max(MOST_PRODUCTS),
});
const hero = z.strictObject({
  type: z.literal('hero'),
  title: line(LONGEST_TITLE),
  subtitle: line(LONGEST_LINE).optional(),
  image: image.optional(),
  action: z.strictObject({ label: line(LONGEST_TITLE), href: link }).optional(),
});
const columns = z.strictObject({
  type: z.literal('columns'),
  columns: z
    .array(
      z
        .array(z.discriminatedUnion('type', [heading, paragraph, picture, products]))
        .min(1)
        .max(MOST_BLOCKS_OF_COLUMN),
    )
    .min(2)
    .max(MOST_COLUMNS),
});

/** What a page consists of, from top to bottom. Columns are as deep as it goes. */
export const pageDocument = z
  .strictObject({
    title: line(LONGEST_TITLE),
    description: line(LONGEST_LINE).optional().describe('For search engines and link previews'),
    blocks: z
      .array(z.discriminatedUnion('type', [heading, paragraph, picture, products, hero, columns]))
      .max(MOST_BLOCKS),
  })
  .meta({
    id: 'PageDocument',
    examples: [
      {
        title: 'Menu',
        description: 'Kopi dan teman-temannya',
        blocks: [
          { type: 'heading', level: 1, text: 'Menu' },
          { type: 'text', text: 'Semua minuman bisa panas atau dingin.' },
          {
            type: 'product_list',
            items: [{ name: 'Kopi susu gula aren', price_idr: 22_000, href: '/menu/kopi-susu' }],
          },
        ],
      },
    ],
  });

export type PageDocument = z.infer<typeof pageDocument>;
