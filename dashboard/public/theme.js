// Runs before the first paint, so that nobody who chose dark sees a flash of light. It is a file of its own
// because the content security policy allows no inline script. src/theme/theme.svelte.ts takes over from here.
(() => {
  let choice = 'system';
  try {
    choice = localStorage.getItem('riwayat.theme') ?? 'system';
  } catch {
    choice = 'system';
  }
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
