const path = require('node:path');

const packages = path.resolve(__dirname, '../../packages');

// The home-page fixture world and the tests never see these: they are build-time paths only.
module.exports = {
  projectName: '智慧工会',
  date: '2026-11-21',
  designWidth: 375,
  deviceRatio: { 375: 1, 750: 2 },
  sourceRoot: 'src',
  outputRoot: `dist/${process.env.TARO_ENV}`,
  framework: 'react',
  compiler: { type: 'vite', vitePlugins: [] },
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
