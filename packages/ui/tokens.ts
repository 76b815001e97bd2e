/**
 * Colours, type, space and motion shared by the member app and the cadres' web. Framework-free: plain strings and
 * numbers (CSS pixels, milliseconds). Each front end turns them into its own form – custom properties, a theme object.
 */

/** Colours as hex. Every text colour keeps at least 4.5:1 on the two grounds and on white. */
export const colour = {
  /** 工会红: the mark, the member app's header and main button. In the cadres' web red only ever means danger. */
  brand: '#C8161D',
  brandDeep: '#A30F15',
  brandSoft: '#FBECEA',
  /** Cadres' web primary. */
  inkBlue: '#1F4E8C',
  groundMember: '#FAF7F4',
  groundAdmin: '#F5F6F8',
  surface: '#FFFFFF',
  ink: '#1F1B16',
  secondary: '#5F5850',
  line: '#E6DFD7',
  lineStrong: '#857B70',
  success: '#2E7D4F',
  successSoft: '#EEF8F1',
  info: '#2F5FA8',
  infoSoft: '#EAF0F9',
  waiting: '#9A6700',
  waitingSoft: '#FFF9EC',
  danger: '#B42318',
  dangerSoft: '#FDECEA',
} as const;

/** System fonts only: nothing to download on a weak signal. */
export const fontFamily =
  '"PingFang SC", "HarmonyOS Sans SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif';

/** Type sizes and line heights of the two faces. */
export const type = {
  member: { body: 17, small: 15, title: 20, figure: 30, line: 1.5 },
  /** 长辈版 multiplies the member sizes. */
  elderScale: 1.375,
  admin: { body: 14, line: 22 },
} as const;

/** The 8-point grid, with one half step for what belongs together. */
export const space = { half: 4, one: 8, two: 16, three: 24, four: 32, six: 48 } as const;

export const radius = { member: 12, admin: 6 } as const;

/** Smallest side of anything a finger has to hit. */
export const touchTarget = 44;

/** Longest motion; off altogether when the system asks for less. */
export const motionMs = 180;
