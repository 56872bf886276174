import type { Translate } from '../i18n/translate.ts';
import { type ApiError, UNREACHABLE } from './api-error.ts';

/** What to tell people about an error: by its code where that says more than its status. */
export function errorMessage({ code, status, retryAfter }: ApiError, t: Translate): string {
  if (code === 'invalid-credentials') {
    return t('error.invalidCredentials');
  }
  if (code === UNREACHABLE) {
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
