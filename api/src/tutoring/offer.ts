import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { newId } from '../ids/id.ts';
import type { Schema } from '../postgres/schema.ts';
import { line, lines } from './text.ts';

const LONGEST_TITLE = 120;
const LONGEST_DESCRIPTION = 4_000;
const LONGEST_SUBJECT = 60;
const LONGEST_LEVEL = 20;
const DEAREST_IDR = 100_000_000;

export const newCourse = z
  .object({
    title: line(LONGEST_TITLE),
    description: lines(LONGEST_DESCRIPTION).default(''),
    subject: line(LONGEST_SUBJECT),
    level: line(LONGEST_LEVEL).default('Umum'),
    price_idr: z.int().min(1).max(DEAREST_IDR).describe('Whole rupiah a session'),
  })
  .meta({
    id: 'NewCourse',
    examples: [
      {
        title: 'Aljabar Dasar',
        description: 'Persamaan linear, faktor, dan pola bilangan dari nol.',
        subject: 'Matematika',
        level: 'SMP',
        price_idr: 120_000,
      },
    ],
  });

export type NewCourse = z.infer<typeof newCourse>;

/**
 * Offers a course. Its subject becomes one of the mentor's.
 *
 * @param db a transaction
 * @returns the id of the course
 */
export async function offerCourse(
  db: Kysely<Schema>,
  tenantId: TenantId,
  mentorId: string,
  { title, description, subject, level, price_idr }: NewCourse,
  now: Date,
): Promise<string> {
  const id = newId('crs');
  await db
    .insertInto('courses')
    .values({
      tenant_id: tenantId,
      id,
      mentor_id: mentorId,
      title,
      description,
      subject,
      level,
      price_idr: BigInt(price_idr),
      created_at: now,
    })
    .execute();
  await db
    .updateTable('mentors')
    .set({ subjects: sql<string[]>`array_append(subjects, ${subject}::text)` })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', mentorId)
    .where(sql<boolean>`not ${subject}::text = any(subjects)`)
    .execute();
  return id;
}
