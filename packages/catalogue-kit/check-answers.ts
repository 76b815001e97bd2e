import type { IsoDate } from './dates.ts';
import type { ItemDefinition } from './definition.ts';
import { fieldsOf, findField } from './definition.ts';
import type { Answers } from './facts.ts';
import { nameEn } from './fields/field.ts';
import type { Told } from './fields/field.ts';
import type { Field } from './fields/index.ts';
import { rulesOf } from './fields/index.ts';

/** What is wrong with one answer, said so that it can be put right. `field` is the field's id. */
export type AnswerFault = { field: string } & Told;

/** The outcome of checking a form. `answers` holds the cleaned answers of known fields, also when there are faults. */
export type CheckedAnswers = { ok: boolean; answers: Answers; faults: AnswerFault[] };

/** `today` in Asia/Shanghai. */
export type CheckOptions = {
  today: IsoDate;
  /**
   * Ids of sensitive fields whose answer is already sealed from before: the phone has only the masked form, so
   * leaving them empty keeps what is there.
   */
  alreadySealed?: readonly string[];
};

/**
 * Checks what a form sent: reads each answer, drops what the form does not ask, and lists the faults in the order of
 * the form, at most one per field. Runs alike on the phone and on the server.
 * @param raw the body's answers, of any shape.
 */
export function checkAnswers(
  definition: Pick<ItemDefinition, 'form'>,
  raw: unknown,
  { today, alreadySealed = [] }: CheckOptions,
): CheckedAnswers {
  // Without a prototype, a field called `constructor` reads as empty rather than as a function.
  const given: Record<string, unknown> = Object.assign(Object.create(null), isRecord(raw) ? raw : {});
  const fields = fieldsOf(definition);
  const answers: Answers = {};
  const found = new Map<string, Told>();
  for (const field of fields) {
    const read = rulesOf(field).read(field, given[field.id]);
    if ('value' in read) answers[field.id] = read.value;
    else if ('fault' in read) found.set(field.id, read.fault);
    else if (field.required && !(field.sensitive && alreadySealed.includes(field.id))) {
      found.set(field.id, missing(field));
    }
  }
  const labelOf = (id: string) => {
    const other = findField(definition, id);
    return { label: other?.label ?? id, labelEn: other ? nameEn(other) : id };
  };
  for (const field of fields) {
    const value = answers[field.id];
    const fault =
      value === undefined ? null : rulesOf(field).fault(field, value, { today, answers, labelOf });
    if (fault) found.set(field.id, fault);
  }
  const faults = fields.flatMap((field) => {
    const told = found.get(field.id);
    return told ? [{ field: field.id, ...told }] : [];
  });
  return { ok: faults.length === 0, answers, faults };
}

function missing(field: Field): Told {
  const { ask } = rulesOf(field);
  return { reason: `请${ask}${field.label}。`, reasonEn: `Please fill in: ${nameEn(field)}.` };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
