// Taro's kernel knows no commands of its own; this registers the one we need, with the hooks its plugins expect.
const hooks = [
  'modifyAppConfig',
  'modifyWebpackChain',
  'modifyViteConfig',
  'modifyBuildAssets',
  'modifyMiniConfigs',
  'modifyComponentConfig',
  'onCompilerMake',
  'onParseCreateElement',
  'onBuildStart',
  'onBuildFinish',
  'onBuildComplete',
  'modifyRunnerOpts',
];

module.exports = (ctx) => {
  for (const name of hooks) ctx.registerMethod(name);
  ctx.registerMethod('writeFileToDist', ({ filePath, content }) => {
    const { outputPath } = ctx.paths;
    const target = require('node:path').join(outputPath, filePath);
    ctx.helper.fs.ensureDirSync(require('node:path').dirname(target));
    ctx.helper.fs.writeFileSync(target, content);
  });
  ctx.registerMethod('generateProjectConfig', ({ srcConfigName, distConfigName }) => {
    const source = require('node:path').join(ctx.paths.appPath, srcConfigName);
    if (!ctx.helper.fs.existsSync(source)) return;
    const project = ctx.helper.fs.readJSONSync(source);
    ctx.writeFileToDist({
      filePath: distConfigName,
      content: JSON.stringify({ ...project, miniprogramRoot: './' }, null, 2),
    });
  });
  ctx.registerMethod('generateFrameworkInfo', () => {});

  ctx.registerCommand({
    name: 'build',
    async fn({ options, config }) {
      const pass = (name) => (initialVal, opts) => ctx.applyPlugins({ name, initialVal, opts });
      ctx.helper.fs.ensureDirSync(ctx.paths.outputPath);
      await ctx.applyPlugins('onBuildStart');
      await ctx.applyPlugins({
        name: options.platform,
        opts: {
          config: {
            ...config,
            isWatch: false,
            mode: 'production',
            isBuildNativeComp: false,
            modifyAppConfig: (appConfig) => pass('modifyAppConfig')(undefined, { appConfig }),
            modifyViteConfig: (viteConfig, data, viteCompilerContext) =>
              pass('modifyViteConfig')(viteConfig, { viteConfig, data, viteCompilerContext }),
            modifyBuildAssets: (assets, miniPlugin) =>
              pass('modifyBuildAssets')(assets, { assets, miniPlugin }),
            modifyMiniConfigs: (configMap) => pass('modifyMiniConfigs')(configMap, { configMap }),
            modifyComponentConfig: (componentConfig, own) =>
              pass('modifyComponentConfig')(undefined, { componentConfig, config: own }),
            onParseCreateElement: (nodeName, componentConfig) =>
              pass('onParseCreateElement')(undefined, { nodeName, componentConfig }),
            onBuildFinish: (finished) => pass('onBuildFinish')(undefined, finished),
          },
        },
      });
      await ctx.applyPlugins('onBuildComplete');
    },
  });
};
