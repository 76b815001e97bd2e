import { amountKinds } from './amounts/index.ts';
import type { Condition } from './conditions/index.ts';
import { conditionKinds } from './conditions/index.ts';
import { isIsoDate } from './dates.ts';
import type { ItemDefinition } from './definition.ts';
import { fieldsOf } from './definition.ts';
import type { Field } from './fields/index.ts';
import { rulesOf } from './fields/index.ts';
import type { ParamSpec } from './param.ts';
import type { Stage } from './routes/route.ts';
import { ruleKinds } from './rules/index.ts';

/** Something wrong with a definition that its shape alone does not show. `path` leads to the place. */
export type DefinitionFault = { path: (string | number)[]; reason: string };

type Path = DefinitionFault['path'];

/**
 * What is wrong between the parts of a well-shaped definition: ids used twice, references to fields or stages that
 * are not there, dates out of order. Empty when it is sound.
 */
export function definitionFaults(definition: ItemDefinition): DefinitionFault[] {
  return [
    ...formFaults(definition),
    ...referenceFaults(definition),
    ...routeFaults(definition),
    ...basisFaults(definition),
  ];
}

function formFaults(definition: ItemDefinition): DefinitionFault[] {
  const faults: DefinitionFault[] = [];
  const groups = new Set<string>();
  const fields = new Set<string>();
  definition.form.forEach((group, g) => {
    if (groups.has(group.id)) faults.push({ path: ['form', g, 'id'], reason: `分组编号“${group.id}”重复` });
    groups.add(group.id);
    group.fields.forEach((field, f) => {
      const path: Path = ['form', g, 'fields', f];
      if (fields.has(field.id)) faults.push({ path: [...path, 'id'], reason: `填写项编号“${field.id}”重复` });
      fields.add(field.id);
      if (field.id === 'today' || field.id === 'submittedOn') {
        faults.push({ path: [...path, 'id'], reason: `“${field.id}”有专门含义，请换一个编号` });
      }
      faults.push(...choiceFaults(field, path));
    });
  });
  return faults;
}

function choiceFaults(field: Field, path: Path): DefinitionFault[] {
  if (field.kind !== 'choice') return [];
  const values = field.choices.map((choice) => choice.value);
  return new Set(values).size === values.length
    ? []
    : [{ path: [...path, 'choices'], reason: `“${field.label}”的选项有重复的值` }];
}

/** Follows every parameter that names a field: of field kinds, rules, conditions, the amount and the limit. */
function referenceFaults(definition: ItemDefinition): DefinitionFault[] {
  const fields = new Map(fieldsOf(definition).map((field) => [field.id, field]));
  const faults: DefinitionFault[] = [];
  const follow = (specs: Record<string, ParamSpec>, values: Record<string, unknown>, path: Path) => {
    for (const [name, spec] of Object.entries(specs)) {
      const reason = referenceFault(spec, values[name], fields);
      if (reason) faults.push({ path: [...path, name], reason });
    }
  };
  definition.form.forEach((group, g) =>
    group.fields.forEach((field, f) => follow(rulesOf(field).options, field, ['form', g, 'fields', f])),
  );
  definition.eligibility.forEach((rule, i) =>
    follow(ruleKinds[rule.rule].params, rule.params, ['eligibility', i, 'params']),
  );
  definition.route.forEach((stage, i) => {
    if (stage.when) follow(conditionSpecs(stage.when), stage.when.params, ['route', i, 'when', 'params']);
  });
  if (definition.kind === 'benefit') {
    follow(amountKinds[definition.amount.kind].params, definition.amount, ['amount']);
  }
  const countedBy = definition.limit?.countedBy;
  if (countedBy !== undefined && countedBy !== 'submittedOn' && fields.get(countedBy)?.kind !== 'date') {
    faults.push({ path: ['limit', 'countedBy'], reason: `表单里没有日期项“${countedBy}”` });
  }
  return faults;
}

function conditionSpecs(condition: Condition): Record<string, ParamSpec> {
  return conditionKinds[condition.condition].params;
}

function referenceFault(spec: ParamSpec, value: unknown, fields: Map<string, Field>): string | null {
  if (typeof value !== 'string') return null;
  if (spec.type === 'field') {
    const target = fields.get(value);
    if (!target) return `表单里没有填写项“${value}”`;
    return spec.of.includes(target.kind) ? null : `填写项“${target.label}”的类型不能用在这里`;
  }
  if (spec.type !== 'date-bound' || value === 'today' || isIsoDate(value)) return null;
  return fields.get(value)?.kind === 'date' ? null : `“${value}”不是日期，也不是表单里的日期项`;
}

function routeFaults({ route }: ItemDefinition): DefinitionFault[] {
  return route.flatMap((stage, i) => {
    const earlier = route.slice(0, i);
    return stageFaults(stage, earlier).map((reason) => ({ path: ['route', i], reason }));
  });
}

function stageFaults(stage: Stage, earlier: Stage[]): string[] {
  const faults: string[] = [];
  if (earlier.some((other) => other.id === stage.id)) faults.push(`环节编号“${stage.id}”重复`);
  if (!stage.outcomes.includes('approve')) faults.push(`环节“${stage.title}”必须能够通过`);
  for (const id of stage.distinctFrom ?? []) {
    if (!earlier.some((other) => other.id === id)) {
      faults.push(`环节“${stage.title}”要回避的环节“${id}”不在它之前`);
    }
  }
  // Passing by itself is for one person at two desks; both others exist so that it is not one person.
  if (stage.passIfSameApprover && (stage.distinctFrom?.length || (stage.quorum ?? 1) > 1)) {
    faults.push(`环节“${stage.title}”不能既要求回避或会签，又允许同一审批人自动通过`);
  }
  return faults;
}

function basisFaults({ basis }: ItemDefinition): DefinitionFault[] {
  return basis.flatMap(({ from, to }, i) =>
    to !== undefined && to < from ? [{ path: ['basis', i, 'to'], reason: '截止日期早于施行日期' }] : [],
  );
}
