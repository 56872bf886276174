import type { TenantId } from '@riwayat/collector';
import type { Role } from './permissions.ts';

/** Who asks: one person, acting in one tenant, in one session. */
export interface Principal {
  readonly userId: string;
  readonly tenantId: TenantId;
  readonly role: Role;
  readonly sessionId: string;
  /** Whether they proved a second factor in this session. */
  readonly secondFactor: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is logged in, by the access token; null when there is none, or none that is valid. */
    principal: Principal | null;
  }
}
