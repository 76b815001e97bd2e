import { definitionFaults } from './definition-faults.ts';
import type { BenefitDefinition, ItemDefinition } from './definition.ts';

/** Parts an author may leave out, and what they then are. */
type Defaults = 'documents' | 'localisable' | 'eligibility';

type Authored<Definition extends ItemDefinition> = Omit<Definition, Defaults> &
  Partial<Pick<Definition, Defaults>>;

/**
 * Declares an item of the catalogue.
 * @returns plain data: no closures, no undefined, equal to itself after `JSON.parse(JSON.stringify(…))`.
 * @throws Error naming every place where its parts do not fit together.
 */
export function defineItem<Definition extends ItemDefinition>(authored: Authored<Definition>): Definition {
  const whole = { documents: [], localisable: [], eligibility: [], ...authored };
  // Through JSON: named routes are shared constants, and a definition must own its copy of everything in it.
  const definition = JSON.parse(JSON.stringify(whole)) as Definition;
  const faults = definitionFaults(definition);
  if (faults.length > 0) {
    const list = faults.map(({ path, reason }) => `  ${path.join('.')}: ${reason}`).join('\n');
    throw new Error(`catalogue item ${definition.code} does not fit together:\n${list}`);
  }
  return definition;
}

/** Declares an item that pays. @throws as {@link defineItem}. */
export function defineBenefit(authored: Omit<Authored<BenefitDefinition>, 'kind'>): BenefitDefinition {
  return defineItem<BenefitDefinition>({ kind: 'benefit', ...authored });
}
