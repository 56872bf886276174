import type { Translate } from '../i18n/translate.ts';
import { type ApiError, UNREACHABLE } from './api-error.ts';

const SECONDS_PER_MINUTE = 60;
/** Wrong passwords lock for an hour; what lasts longer was decided by somebody. */
const LONGEST_LOCK_BY_FAILURES_SECONDS = 60 * 60;

/** What to tell people about an error: by its code where that says more than its status. */
export function errorMessage({ code, status, retryAfter }: ApiError, t: Translate): string {
  switch (code) {
    case 'invalid-credentials':
      return t('error.invalidCredentials');
    case 'second-factor-invalid':
      return t('error.secondFactorInvalid');
    case 'email-not-verified':
      return t('error.emailNotVerified');
    case 'account-locked':
      return retryAfter === undefined || retryAfter > LONGEST_LOCK_BY_FAILURES_SECONDS
        ? t('error.accountLockedByOperator')
        : t('error.accountLocked', { count: Math.ceil(retryAfter / SECONDS_PER_MINUTE) });
    case 'registration-closed':
      return t('error.registrationClosed');
    case 'tenant-unknown':
      return t('error.tenantUnknown');
    case 'overloaded':
    case 'database-unavailable':
      return t('error.busy');
    case UNREACHABLE:
      return t('error.unreachable');
  }
  switch (status) {
    case 403:
      return t('error.forbidden');
    case 429:
      return retryAfter === undefined ? t('error.tooManyLater') : t('error.tooMany', { count: retryAfter });
    case 503:
      return t('error.unavailable');
    default:
      return t('error.unexpected');
  }
}
