import { fieldsOf, type Field, type ItemDefinition } from '@smart-union/catalogue-kit';

/** A stored definition as the catalogue kit types it; the contract carries it as plain JSON. */
export const definitionOf = (stored: unknown): ItemDefinition & { fields: Field[] } => {
  const definition = stored as ItemDefinition;
  return { ...definition, fields: fieldsOf(definition) };
};
