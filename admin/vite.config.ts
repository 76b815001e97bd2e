import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Two pages, two builds from one file: `vite build` gives the cadres' web in `dist/admin` for `/admin/`,
 * `vite build --mode wall` gives the wall in `dist/wall` for `/wall/`. They are separate because each has its own
 * absolute base: deep links of the cadres' web must find their chunks whatever the depth of the URL.
 */
export default defineConfig(({ mode, command }) => {
  const wall = mode === 'wall';
  return {
    root: wall ? here('wall') : here('.'),
    base: wall ? '/wall/' : '/admin/',
    // Any mode but "development" is a production build; without this line `--mode wall` would bundle React's
    // development build.
    define: command === 'build' ? { 'process.env.NODE_ENV': JSON.stringify('production') } : {},
    build: {
      outDir: here(wall ? 'dist/wall' : 'dist/admin'),
      emptyOutDir: true,
      sourcemap: false,
      target: 'es2022',
      chunkSizeWarningLimit: 1800,
      // The Content-Security-Policy allows no data: fonts and scripts; small images are files like the others.
      assetsInlineLimit: 0,
      rolldownOptions: {
        // antd marks its files "use client" for server components; in a browser bundle the mark means nothing.
        onLog: (level, log, show) => {
          if (log.code !== 'MODULE_LEVEL_DIRECTIVE') show(level, log);
        },
      },
    },
    server: { proxy: { '/api': `http://127.0.0.1:${process.env.PORT ?? '8080'}` } },
  };
});
