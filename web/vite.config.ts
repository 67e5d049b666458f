import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  // The server writes a fresh nonce over this word in every page it sends.
  html: { cspNonce: '__CSP_NONCE__' },
  plugins: [react()],
  build: {
    outDir: here('../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing may be inlined as a data: script or font; the policy refuses it.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      treeshake: {
        // The contract only declares values: a page without the catalogue must not carry it.
        moduleSideEffects: (id) => !id.includes('/contract/src/'),
      },
    },
  },
});
