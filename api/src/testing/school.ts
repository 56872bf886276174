import type { TenantId } from '@riwayat/collector';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { TenantRole } from '../identity/permissions.ts';
import { accessTokens } from '../identity/tokens.ts';
import { type Booking, bookingBody } from '../tutoring/bookings.ts';
import { slotPage } from '../tutoring/slots.ts';
import type { TestApplication } from './application.ts';

const SESSION_PRICE_IDR = 125_000;

/** Somebody of a school, logged in. */
export interface Member {
  readonly userId: string;
  ask(method: 'GET' | 'POST', url: string, payload?: object): Promise<LightMyRequestResponse>;
}

/** A mentor with a course, and one-hour slots that begin at given instants. */
export interface Teacher extends Member {
  readonly mentorId: string;
  readonly course: string;
}

/** A tenant that teaches, with people whose tokens are made rather than logged in for. */
export class School {
  readonly tenantId: TenantId;
  readonly #application: TestApplication;
  readonly #now: () => Date;

  private constructor(application: TestApplication, tenantId: TenantId, now: () => Date) {
    this.#application = application;
    this.tenantId = tenantId;
    this.#now = now;
  }

  static async open(
    application: TestApplication,
    id: string,
    now: () => Date,
    timezone = 'Asia/Jakarta',
  ): Promise<School> {
    const tenant = await application.services.tenants.create({ id, name: id, timezone });
    return new School(application, tenant.id, now);
  }

  async member(name: string, role: TenantRole): Promise<Member> {
    const { services, app } = this.#application;
    const { tenantId } = this;
    const { id: userId } = await services.people.createUser({
      email: `${name}@${tenantId}.example`,
      name: `${name} of ${tenantId}`,
      password: null,
      memberships: [{ tenantId, role }],
    });
    return {
      userId,
      ask: (method, url, payload) => {
        // A token lives for minutes, and some tests for days.
        const headers = { authorization: `Bearer ${this.token(userId, role)}` };
        const request: InjectOptions = { method, url, headers };
        return app.inject(payload === undefined ? request : { ...request, payload });
      },
    };
  }

  /** An access token that is good for some minutes. */
  token(userId: string, role: TenantRole): string {
    const { tenantId } = this;
    const tokens = accessTokens(this.#application.app.jwt, this.#now);
    return tokens.issue({ userId, tenantId, role, sessionId: userId, secondFactor: false });
  }

  async teacher(name: string): Promise<Teacher> {
    const member = await this.member(name, 'mentor');
    const course = await member.ask('POST', '/api/mentor/kursus', {
      title: `Catur bersama ${name}`,
      subject: 'Catur',
      price_idr: SESSION_PRICE_IDR,
    });
    const profile = await member.ask('GET', '/api/mentor/profil-saya');
    return { ...member, mentorId: profile.json().id, course: course.json().id };
  }

  /** A mentor's first open slots. */
  async openSlots(mentorId: string): Promise<string[]> {
    const answer = await this.#application.app.inject({
      url: `/api/public/mentor/${mentorId}/jadwal?limit=100`,
      headers: { 'x-tenant': this.tenantId },
    });
    return slotPage.parse(answer.json()).data.map(({ id }) => id);
  }
}

/** Books a slot, and expects it to be possible. */
export async function booked(learner: Member, course: string, slot: string | undefined): Promise<Booking> {
  const answer = await learner.ask('POST', '/api/pelanggan/pesan-sesi', { course, slot });
  if (answer.statusCode !== 201) {
    throw new Error(`The booking was answered ${answer.statusCode}: ${answer.body}`);
  }
  return bookingBody.parse(answer.json());
}
