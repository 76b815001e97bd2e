import type { Amount } from './amounts/index.ts';
import type { IsoDate } from './dates.ts';
import type { Field } from './fields/index.ts';
import type { LifeEvent } from './life-events.ts';
import type { Limit } from './limits/limit.ts';
import type { Route } from './routes/route.ts';
import type { Rule } from './rules/index.ts';

/** What comes of an approved case; each kind has one owner on the server. */
export type ItemKind = 'benefit' | 'enrolment' | 'transfer' | 'charter' | 'honour' | 'grant' | 'mediation';

/** The decision or law an item rests on, and from when. */
export type Basis = {
  title: string;
  titleEn?: string;
  /** In force from this day. */
  from: IsoDate;
  /** In force until this day, included; still in force when not given. */
  to?: IsoDate;
  /** Document number, publication or address where it can be read. */
  source?: string;
};

/** What is asked on one screen. */
export type FieldGroup = {
  /** camelCase, unique in the form. */
  id: string;
  title: string;
  titleEn?: string;
  /** A list, not a record: the order must survive `jsonb`, which does not keep the order of keys. */
  fields: Field[];
};

/** How the money reaches her, and which fund it comes from. */
export type Payout = {
  channel: PayoutChannel;
  /** Other ways a cadre may choose in a special case. */
  alternatives?: PayoutChannel[];
  /** Code of the fund: `universal-benefit`. */
  fund: string;
};

/** `home-visit`: handed over in person, recorded by the visitor with a photo and a signature. */
export type PayoutChannel = 'bank-card' | 'home-visit';

/** What a union may change for itself and those below it, by dated rows. */
export type Localisable = 'amount' | 'limit' | 'promise';

/** What every item has. */
type ItemBase<Kind extends ItemKind> = {
  kind: Kind;
  /** kebab-case, for ever: cases, permissions and web addresses carry it. */
  code: string;
  title: string;
  titleEn?: string;
  /** For the worker: what it is, in two plain sentences. */
  summary: string;
  summaryEn?: string;
  /** What to have at hand. */
  documents: string[];
  documentsEn?: string[];
  /** Everyday words and pinyin people search by. */
  keywords: string[];
  lifeEvent?: LifeEvent;
  basis: Basis[];
  form: FieldGroup[];
  eligibility: Rule[];
  limit?: Limit;
  route: Route;
  /** Working days from submission to the last decision; days it lay with the applicant do not count. */
  promise: { workingDays: number };
  /** How long the papers are kept after the case closes. */
  retain: { years: number };
  localisable: Localisable[];
};

/** An item that pays. */
export type BenefitDefinition = ItemBase<'benefit'> & {
  lifeEvent: LifeEvent;
  amount: Amount;
  payout: Payout;
};

/** An item that does not pay by itself: joining, chartering a union, an award. */
type PlainDefinition = { [Kind in Exclude<ItemKind, 'benefit'>]: ItemBase<Kind> }[Exclude<
  ItemKind,
  'benefit'
>];

/** Anything a person may apply for. Plain data: equal to itself after `JSON.parse(JSON.stringify(…))`. */
export type ItemDefinition = BenefitDefinition | PlainDefinition;

/** All fields of the form, in order. */
export function fieldsOf(definition: Pick<ItemDefinition, 'form'>): Field[] {
  return definition.form.flatMap((group) => group.fields);
}

/** Finds a field by id. */
export function findField(definition: Pick<ItemDefinition, 'form'>, id: string): Field | null {
  return fieldsOf(definition).find((field) => field.id === id) ?? null;
}
