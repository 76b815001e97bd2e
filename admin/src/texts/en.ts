import type { Texts } from './texts.ts';
import { zhCN } from './zh-CN.ts';

export const en: Texts = zhCN;
