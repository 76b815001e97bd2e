import { events } from './zh-CN/events.ts';
import { money } from './zh-CN/money.ts';
import { privacy } from './zh-CN/privacy.ts';
import { registers } from './zh-CN/registers.ts';
import { shell } from './zh-CN/shell.ts';
import { support } from './zh-CN/support.ts';
import { system } from './zh-CN/system.ts';
import { work } from './zh-CN/work.ts';

/** Every text of the cadres' web in Chinese; the folder beside holds it by the groups of the menu. */
export const zhCN = {
  ...shell,
  ...work,
  ...registers,
  ...money,
  ...support,
  ...events,
  ...privacy,
  ...system,
};
