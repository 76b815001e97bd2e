import { z } from 'zod';
import { amountKinds } from './amounts/index.ts';
import { conditionKinds } from './conditions/index.ts';
import { isIsoDate } from './dates.ts';
import type { ItemDefinition } from './definition.ts';
import { definitionFaults } from './definition-faults.ts';
import { fieldKinds } from './fields/index.ts';
import { lifeEvents } from './life-events.ts';
import type { ParamSpec } from './param.ts';
import { ruleKinds } from './rules/index.ts';

/*
 * The shape of a stored definition. Server and admin only: the phone trusts what the server sends it, and must not
 * carry zod. Messages are Chinese because a cadre reads them beside the input she has to correct.
 */

const text = (max: number, what: string) =>
  z
    .string({ error: `${what}应为文字` })
    .trim()
    .min(1, { error: `请填写${what}` })
    .max(max, { error: `${what}最多 ${max} 个字` });

/** An object of exactly these keys, complaining in Chinese. */
const strict = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `这里不能有“${issue.keys.join('”“')}”，请删去或改正拼写`
        : '这里应是一组内容',
  });

const list = <Item extends z.ZodType>(item: Item, what: string) => z.array(item, { error: `请填写${what}` });

const whole = (min: number, max: number, what: string) =>
  z
    .int({ error: `${what}应为整数` })
    .min(min, { error: `${what}不能小于 ${min}` })
    .max(max, { error: `${what}不能大于 ${max}` });

const isoDate = z
  .string({ error: '请填写日期' })
  .refine(isIsoDate, { error: '日期应写成 2026-11-21 的样子，并且真实存在' });
const kebabCase = z
  .string({ error: '请填写编号' })
  .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, {
    error: '编号只能用小写字母、数字和短横线，例如 birthday-cake',
  })
  .max(60, { error: '编号最多 60 个字符' });
const camelCase = z
  .string({ error: '请填写编号' })
  .regex(/^[a-z][a-zA-Z0-9]*$/, { error: '编号只能用字母和数字，以小写字母开头，例如 admittedOn' })
  .max(60, { error: '编号最多 60 个字符' });
const permission = z
  .string({ error: '请选择权限' })
  .regex(/^[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*$/, { error: '权限应写成 cases.review 的样子' });
const fen = whole(0, 100_000_000_00, '金额（分）');

const amountRow = strict({ from: isoDate, basis: text(200, '依据').optional(), fen });
const choiceRow = strict({
  value: text(60, '选项的值'),
  label: text(60, '选项名称'),
  labelEn: text(120, '选项英文名称').optional(),
});

/** The schema of one parameter, from its spec. */
function paramSchema(spec: ParamSpec): z.ZodType {
  switch (spec.type) {
    case 'count':
      return whole(spec.min, spec.max ?? 1_000_000, spec.label);
    case 'text':
      return text(spec.maxLength, spec.label);
    case 'field':
      return camelCase;
    case 'date-bound':
      return z.union([camelCase, isoDate], { error: `${spec.label}应为日期、today 或本表单的日期项` });
    case 'number':
      return z.number({ error: `${spec.label}应为数字` });
    case 'fen':
      return fen;
    case 'flag':
      return z.boolean({ error: `${spec.label}应为是或否` });
    case 'answer':
      return z.union([text(60, spec.label), z.boolean()], { error: `请填写${spec.label}` });
    case 'choices':
      return z.array(choiceRow, { error: '请填写选项' }).min(2, { error: '至少要有两个选项' });
    case 'file-types':
      return list(z.enum(['jpeg', 'png', 'heic', 'pdf'], { error: '文件格式不支持' }), '文件格式').min(1, {
        error: '至少选择一种文件格式',
      });
    case 'amounts':
      return z.array(amountRow, { error: '请填写金额' }).min(1, { error: '至少要有一档金额' });
  }
}

function paramsShape(specs: Record<string, ParamSpec>): Record<string, z.ZodType> {
  const entries = Object.entries(specs).map(([name, spec]) => {
    const schema = paramSchema(spec);
    return [name, spec.optional ? schema.optional() : schema] as const;
  });
  return Object.fromEntries(entries);
}

/** One of several shapes told apart by a key; at least one, which `z.discriminatedUnion` wants to see in the type. */
function oneOf(key: string, shapes: z.ZodObject[], error: string): z.ZodType {
  const [first, ...rest] = shapes;
  if (!first) throw new Error(`no shapes for ${key}`);
  return z.discriminatedUnion(key, [first, ...rest], { error });
}

const fieldSchema = oneOf(
  'kind',
  Object.entries(fieldKinds).map(([kind, rules]) =>
    strict({
      kind: z.literal(kind),
      id: camelCase,
      label: text(30, '名称'),
      labelEn: text(60, '英文名称').optional(),
      hint: text(200, '说明').optional(),
      hintEn: text(300, '英文说明').optional(),
      required: z.boolean({ error: '请选择是否必填' }),
      sensitive:
        kind === 'bank-card' || kind === 'id-number'
          ? z.literal(true, { error: '银行卡号和身份证号必须加密保存' })
          : z.boolean({ error: '请选择是否加密保存' }).optional(),
      ...paramsShape(rules.options),
    }),
  ),
  '填写项的类型不在支持之列',
);

const ruleSchema = oneOf(
  'rule',
  Object.entries(ruleKinds).map(([name, kind]) =>
    strict({
      rule: z.literal(name),
      params: strict(paramsShape(kind.params)),
      from: isoDate.optional(),
      to: isoDate.optional(),
      basis: text(200, '依据').optional(),
    }),
  ),
  '申请条件不在支持之列',
);

const conditionSchema = oneOf(
  'condition',
  Object.entries(conditionKinds).map(([name, kind]) =>
    strict({ condition: z.literal(name), params: strict(paramsShape(kind.params)) }),
  ),
  '环节条件不在支持之列',
);

const amountSchema = oneOf(
  'kind',
  Object.entries(amountKinds).map(([name, kind]) =>
    strict({ kind: z.literal(name), ...paramsShape(kind.params) }),
  ),
  '金额的算法不在支持之列',
);

const stage = strict({
  id: kebabCase,
  title: text(30, '环节名称'),
  titleEn: text(60, '环节英文名称').optional(),
  at: z.enum(['own', 'superior', 'district', 'city'], { error: '请选择由哪一级工会办理' }),
  permission,
  outcomes: list(
    z.enum(['approve', 'return', 'decline'], { error: '办理结果只能是通过、退回或不予通过' }),
    '办理结果',
  ).min(1, { error: '请选择办理结果' }),
  dueInWorkingDays: whole(1, 250, '办理时限（工作日）'),
  when: conditionSchema.optional(),
  publicNotice: strict({ days: whole(1, 60, '公示天数') }).optional(),
  quorum: whole(1, 20, '会签人数').optional(),
  distinctFrom: list(kebabCase, '要回避的环节').optional(),
  passIfSameApprover: z.boolean({ error: '请选择是或否' }).optional(),
});

const basis = strict({
  title: text(200, '依据名称'),
  titleEn: text(300, '依据英文名称').optional(),
  from: isoDate,
  to: isoDate.optional(),
  source: text(500, '依据出处').optional(),
});

const channel = z.enum(['bank-card', 'home-visit'], { error: '发放方式只能是打卡发放或上门慰问' });

const base = {
  code: kebabCase,
  title: text(30, '项目名称'),
  titleEn: text(80, '英文名称').optional(),
  summary: text(300, '项目介绍'),
  summaryEn: text(600, '英文介绍').optional(),
  documents: list(text(60, '所需材料'), '所需材料').max(20, { error: '所需材料最多 20 项' }),
  documentsEn: list(text(120, '所需材料英文'), '所需材料英文')
    .max(20, { error: '所需材料最多 20 项' })
    .optional(),
  keywords: list(text(30, '搜索词'), '搜索词').max(60, { error: '搜索词最多 60 个' }),
  basis: list(basis, '依据').min(1, { error: '请写明依据' }),
  form: list(
    strict({
      id: camelCase,
      title: text(30, '分组名称'),
      titleEn: text(60, '分组英文名称').optional(),
      fields: list(fieldSchema, '填写项').min(1, { error: '每组至少要有一个填写项' }),
    }),
    '表单',
  ),
  eligibility: list(ruleSchema, '申请条件，没有条件的写空列表'),
  limit: strict({
    times: whole(1, 1000, '次数上限'),
    per: z.enum(['calendar-year', 'calendar-month', 'lifetime'], { error: '次数只能按年、按月或终身计算' }),
    countedBy: camelCase,
  }).optional(),
  route: list(stage, '办理环节').min(1, { error: '至少要有一个办理环节' }),
  promise: strict({ workingDays: whole(1, 250, '承诺时限（工作日）') }),
  retain: strict({ years: whole(1, 100, '保存年限') }),
  localisable: list(
    z.enum(['amount', 'limit', 'promise'], { error: '只能允许下级调整金额、次数或时限' }),
    '允许下级调整的内容',
  ),
};

const lifeEvent = z.enum(
  lifeEvents.map((event) => event.code),
  { error: '请选择所属的生活事项' },
);

const benefit = strict({
  kind: z.literal('benefit'),
  ...base,
  lifeEvent,
  amount: amountSchema,
  payout: strict({
    channel,
    alternatives: list(channel, '其他发放方式').optional(),
    fund: kebabCase,
  }),
});

const plain = strict({
  kind: z.enum(['enrolment', 'transfer', 'charter', 'honour', 'grant', 'mediation']),
  ...base,
  lifeEvent: lifeEvent.optional(),
});

/**
 * A stored definition, whole: its shape, then whether its parts fit together. Unknown keys are refused, so that a
 * misspelt constraint is not silently no constraint.
 */
export const definitionSchema: z.ZodType<ItemDefinition> = z
  .discriminatedUnion('kind', [benefit, plain], { error: '请选择项目类别' })
  // The shapes of fields, rules and amounts are built from the kit's own tables at run time, where TypeScript cannot
  // follow them; the round-trip tests hold both together.
  .transform((shaped) => shaped as unknown as ItemDefinition)
  .superRefine((definition, context) => {
    for (const { path, reason } of definitionFaults(definition)) {
      context.addIssue({ code: 'custom', path, message: reason });
    }
  });

/**
 * Reads a stored or submitted definition.
 * @throws z.ZodError with Chinese messages, one per place.
 */
export function parseDefinition(stored: unknown): ItemDefinition {
  return definitionSchema.parse(stored);
}
