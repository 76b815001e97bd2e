import { events } from './en/events.ts';
import { money } from './en/money.ts';
import { privacy } from './en/privacy.ts';
import { registers } from './en/registers.ts';
import { shell } from './en/shell.ts';
import { support } from './en/support.ts';
import { system } from './en/system.ts';
import { work } from './en/work.ts';
import type { Texts } from './texts.ts';

/** Every text of the cadres' web in English, with the same keys and parameters as the Chinese. */
export const en: Texts = {
  ...shell,
  ...work,
  ...registers,
  ...money,
  ...support,
  ...events,
  ...privacy,
  ...system,
};
