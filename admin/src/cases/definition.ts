import { fieldsOf, findStage, type Field, type ItemDefinition } from '@smart-union/catalogue-kit';
import { pick } from '../texts/texts.ts';

/** A stored definition as the catalogue kit types it; the contract carries it as plain JSON. */
export const definitionOf = (stored: unknown): ItemDefinition & { fields: Field[] } => {
  const definition = stored as ItemDefinition;
  return { ...definition, fields: fieldsOf(definition) };
};

/** A stage of a case's route, in the language in use. */
export const stageName = (detail: { definition: unknown }, id: string, title: string): string =>
  pick(title, findStage(definitionOf(detail.definition).route, id)?.titleEn);
