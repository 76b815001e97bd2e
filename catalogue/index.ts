import type { ItemDefinition } from '@smart-union/catalogue-kit';
import { hospitalConsolation } from './benefits/hospital-consolation/definition.ts';

/** Everything a person may apply for, one line each. Loaded into a federation when it is created. */
export const catalogue: readonly ItemDefinition[] = [
  hospitalConsolation, // 住院医疗慰问金
];
