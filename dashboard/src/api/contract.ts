// Names for the shapes that the API's OpenAPI document gives. The document itself is generated: `npm run openapi`.
import type { components, paths } from './generated/schema.d.ts';

export type { paths };

type Schemas = components['schemas'];

/** An RFC 9457 problem document. `code` is stable and is what messages are chosen by. */
export type Problem = Schemas['Problem'];
/** The answer to a log-in and to a renewal; the refresh token beside it is an HttpOnly cookie. */
export type Grant = Schemas['Session'];
export type User = Grant['user'];
export type Tenant = User['tenant'];
export type UsageSummary = Schemas['UsageSummary'];
export type PeriodName = UsageSummary['period'];
/** Calendar days of the tenant's zone, `YYYY-MM-DD`, both inclusive. */
export type DayRange = UsageSummary['range'];
export type DetailedUsage = Schemas['DetailedUsage'];
/** Times are milliseconds; `error_rate` is percent of the calls. */
export type EndpointUsage = NonNullable<DetailedUsage['endpoint_breakdown']>[number];
/** Which span of usage is asked for; `custom` needs both days. */
export type UsageQuery = NonNullable<paths['/api/v1/tenant/usage/summary']['get']['parameters']['query']>;
