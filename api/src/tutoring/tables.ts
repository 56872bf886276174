import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { BookingState } from './booking-state.ts';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;
/** Whole numbers of 64 bits: text when read. */
type BigInteger = ColumnType<string, bigint, bigint>;

export interface MentorsTable {
  tenant_id: Once<string>;
  id: Once<string>;
  user_id: string | null;
  name: string;
  headline: string;
  subjects: string[];
  level: string;
  /** The sum of what the reviews give. */
  stars: Generated<BigInteger>;
  /** How many there are. */
  reviews: Generated<number>;
  /** Stars a review, to one decimal; 0 without one. `numeric`, so text: "4.8". */
  rating: GeneratedAlways<string>;
  created_at: ColumnType<Date, Date | undefined, never>;
  search: ColumnType<string, never, never>;
}

export interface CoursesTable {
  tenant_id: Once<string>;
  id: Once<string>;
  mentor_id: string;
  title: string;
  description: string;
  subject: string;
  level: string;
  /** Whole rupiah. */
  price_idr: BigInteger;
  created_at: ColumnType<Date, Date | undefined, never>;
  search: ColumnType<string, never, never>;
}

export interface SlotsTable {
  tenant_id: Once<string>;
  id: Once<string>;
  mentor_id: Once<string>;
  starts_at: Once<Date>;
  ends_at: Once<Date>;
}

export interface BookingsTable {
  tenant_id: Once<string>;
  id: Once<string>;
  learner_id: Once<string>;
  mentor_id: Once<string>;
  course_id: Once<string>;
  slot_id: string | null;
  starts_at: Once<Date>;
  ends_at: Once<Date>;
  /** Whole rupiah. */
  amount_idr: ColumnType<string, bigint, never>;
  state: BookingState;
  pay_by: Date | null;
  created_at: Once<Date>;
  started_at: Date | null;
  finished_at: Date | null;
  cancelled_at: Date | null;
}

export interface PaymentProofsTable {
  tenant_id: Once<string>;
  id: Once<string>;
  booking_id: Once<string>;
  file_key: Once<string>;
  file_name: Once<string>;
  content_type: Once<string>;
  bytes: ColumnType<string, bigint, never>;
  uploaded_at: Once<Date>;
  decision: 'verified' | 'rejected' | null;
  reason: string | null;
  decided_by: string | null;
  decided_at: Date | null;
}

export interface ReviewsTable {
  tenant_id: Once<string>;
  booking_id: Once<string>;
  mentor_id: Once<string>;
  /** 1 to 5 stars. */
  rating: Once<number>;
  words: Once<string>;
  created_at: Once<Date>;
}

/** The tables of a tutoring service. */
export interface TutoringTables {
  mentors: MentorsTable;
  courses: CoursesTable;
  slots: SlotsTable;
  bookings: BookingsTable;
  payment_proofs: PaymentProofsTable;
  reviews: ReviewsTable;
}
