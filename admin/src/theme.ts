import type { ThemeConfig } from 'antd';

/** Tokens of the cadres' web: ink-blue leads, so red here only ever means danger or overdue. */
export const theme: ThemeConfig = {
  token: {
    colorPrimary: '#1f4e8c',
    colorInfo: '#2f5fa8',
    colorSuccess: '#2e7d4f',
    colorWarning: '#9a6700',
    colorError: '#b42318',
    colorLink: '#1f4e8c',
    colorLinkHover: '#2a5fa3',
    colorLinkActive: '#163a6b',
    colorPrimaryHover: '#2a5fa3',
    colorPrimaryActive: '#163a6b',
    colorErrorHover: '#c9392c',
    colorErrorActive: '#8f1b12',
    colorText: '#1f1b16',
    // 4.5:1 on both white and the grey ground; antd's own 45 % black is 3.5:1 there.
    colorTextSecondary: '#57534e',
    colorTextTertiary: '#645f59',
    colorTextDescription: '#5f5a54',
    colorTextPlaceholder: '#6f6a64',
    colorBgLayout: '#f5f6f8',
    // antd derives the light shades from the main ones; from tones this dark they come out as grey mud.
    colorPrimaryBg: '#e6eef8',
    colorPrimaryBgHover: '#d9e5f4',
    controlItemBgActive: '#e6eef8',
    controlItemBgActiveHover: '#d9e5f4',
    colorInfoBg: '#eef3fa',
    colorInfoBorder: '#b9cce6',
    colorSuccessBg: '#edf6f0',
    colorSuccessBorder: '#b5d9c3',
    colorWarningBg: '#fff6e5',
    colorWarningBorder: '#f0d9a8',
    colorErrorBg: '#fdf0ee',
    colorErrorBorder: '#f2c4be',
    borderRadius: 6,
    fontSize: 14,
    lineHeight: 22 / 14,
    fontFamily:
      '"PingFang SC", "HarmonyOS Sans SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif',
    motionDurationSlow: '0.2s',
    motionDurationMid: '0.15s',
    boxShadow: '0 1px 2px rgba(31, 27, 22, 0.06)',
  },
  components: {
    Table: {
      headerBg: '#f0f2f5',
      headerColor: '#3d3933',
      rowSelectedBg: '#f5f9fd',
      rowSelectedHoverBg: '#f5f9fd',
      cellPaddingBlockSM: 7,
    },
    Card: { headerFontSize: 15, headerFontSizeSM: 14 },
    Menu: { itemHeight: 36, itemMarginBlock: 2, groupTitleColor: '#645f59', itemBorderRadius: 6 },
    Tag: { defaultBg: '#f0f2f5' },
  },
};

/** Colour, always beside an icon and a word, never alone. */
export const tones = {
  plain: '#57534e',
  info: '#2f5fa8',
  waiting: '#9a6700',
  good: '#2e7d4f',
  danger: '#b42318',
} as const;
export type Tone = keyof typeof tones;
