const path = require('node:path');

const packages = path.resolve(__dirname, '../../packages');

/**
 * Every page comes with the first load, some 40 kB more: a page is then there at once, and also when the line is gone.
 * One style sheet for the same reason.
 */
const wholeAtOnce = {
  name: 'smart-union:whole-at-once',
  config: () => ({ build: { cssCodeSplit: false } }),
  transformIndexHtml: {
    enforce: 'post',
    transform: (html, { bundle = {} }) =>
      Object.values(bundle)
        .filter(({ type, fileName }) => type === 'chunk' && !html.includes(fileName))
        .map(({ fileName }) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${fileName}` },
          injectTo: 'head',
        })),
  },
};

module.exports = {
  projectName: '智慧工会',
  date: '2026-11-21',
  designWidth: 375,
  deviceRatio: { 375: 1, 750: 2 },
  sourceRoot: 'src',
  outputRoot: `dist/${process.env.TARO_ENV}`,
  framework: 'react',
  compiler: { type: 'vite', vitePlugins: process.env.TARO_ENV === 'h5' ? [wholeAtOnce] : [] },
  plugins: [path.resolve(__dirname, '../node_modules/@tarojs/plugin-html')],
  alias: {
    '@smart-union/ui': path.join(packages, 'ui/index.ts'),
    '@smart-union/api-client': path.join(packages, 'api-client/index.ts'),
    '@smart-union/catalogue-kit': path.join(packages, 'catalogue-kit'),
  },
  mini: {
    // Sizes are written in CSS pixels and scaled by the type tokens, never by the width of the screen.
    postcss: { pxtransform: { enable: false }, cssModules: { enable: false } },
  },
  h5: {
    publicPath: '/',
    staticDirectory: 'static',
    router: {
      mode: 'hash',
      customRoutes: {
        '/home/index': '/home',
        '/catalogue/services/index': '/services',
        '/notifications/inbox/index': '/inbox',
        '/accounts/me/index': '/me',
        '/claims/entitlements/index': '/entitlements',
        '/claims/apply/index': '/apply',
        '/cases/progress/index': '/progress',
        '/cases/mine/index': '/applications',
        '/members/access-log/index': '/access-log',
        '/members/bank-card/index': '/bank-card',
        '/unions/find/index': '/find-union',
        '/accounts/sign-in/index': '/sign-in',
      },
    },
    // Real DOM elements instead of web components: real buttons and inputs for keyboards and screen readers.
    useHtmlComponents: true,
    postcss: {
      // targetUnit px: otherwise Taro writes an inline root-font-size script, which our content policy forbids.
      pxtransform: { enable: false, config: { targetUnit: 'px' } },
      autoprefixer: { enable: true },
      cssModules: { enable: false },
    },
  },
};
