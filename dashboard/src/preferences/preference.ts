const PREFIX = 'riwayat.';

/** A choice kept in this browser, or null when none is kept or storage is barred (private windows, policies). */
export function readPreference(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Keeps a choice for the next visit where the browser allows it; without storage it lasts until the page closes. */
export function writePreference(name: string, value: string): boolean {
  try {
    localStorage.setItem(PREFIX + name, value);
    return true;
  } catch {
    return false;
  }
}
