import { z } from 'zod';
import { pageOf } from '../lists/page.ts';

/** Of the file. */
export const MOST_MATERIAL_BYTES = 10 * 1024 * 1024;
/** What its files are called in the store. */
export const MATERIALS_FOLDER = 'materials';

const LONGEST_TITLE = 200;
const LONGEST_DESCRIPTION = 2_000;

/** What is sent beside the file. */
export const materialFields = z.object({
  title: z
    .string()
    .trim()
    .min(1)
    .max(LONGEST_TITLE)
    .regex(/^\P{Cc}*$/u, 'must have no control characters')
    .meta({ examples: ['Aljabar linear, pertemuan 3'] }),
  description: z
    .string()
    .trim()
    .max(LONGEST_DESCRIPTION)
    .regex(/^(?:\P{Cc}|[\n\r\t])*$/u, 'must have no control characters but line breaks and tabs')
    .default(''),
});

export type MaterialFields = z.infer<typeof materialFields>;

export const materialBody = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    file_name: z.string(),
    content_type: z.string(),
    bytes: z.int(),
    sha256: z.string().describe('Of the file, hexadecimal'),
    published_by: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .describe('null: somebody who is gone'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Material' });

export const materialPage = pageOf(materialBody).meta({ id: 'MaterialPage' });

export type Material = z.infer<typeof materialBody>;
export type MaterialPage = z.infer<typeof materialPage>;
