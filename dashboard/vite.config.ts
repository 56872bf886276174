import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Where the API listens while the dashboard is being developed. */
const API_ORIGIN = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The content security policy lets fonts and styles come from files only.
    assetsInlineLimit: 0,
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': API_ORIGIN,
      '/health-check': API_ORIGIN,
      '/usage': { target: API_ORIGIN, ws: true },
      '/notifications': { target: API_ORIGIN, ws: true },
    },
  },
});
