import { isWithin } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';

/** A member as other modules need her. Sealed fields only masked; `personIndex` tells people apart, not who they are. */
export interface MemberPlace {
  id: string;
  memberNumber: string;
  name: string;
  sex: string;
  status: string;
  unionId: string;
  unionPath: string;
  joinedOn: string;
  occupation: string | null;
  migrantWorker: boolean | null;
  employerName: string | null;
  birthYear: number | null;
  idNumberMasked: string;
  phoneMasked: string | null;
  bankCardMasked: string | null;
  /** Blind index of her ID number, as accounts keep it of their holders. */
  personIndex: Buffer;
}

/** Throws `thing-not-found`. What may be seen is what row-level security lets through: my scope, or myself. */
export async function getMember(ctx: Ctx, id: string): Promise<MemberPlace> {
  const found = await ctx.db
    .selectFrom('member')
    .select([
      'id',
      'member_number as memberNumber',
      'name',
      'sex',
      'status',
      'union_id as unionId',
      'union_path as unionPath',
      'joined_on as joinedOn',
      'occupation',
      'migrant_worker as migrantWorker',
      'employer_name as employerName',
      'birth_year as birthYear',
      'id_number_masked as idNumberMasked',
      'phone_masked as phoneMasked',
      'bank_card_masked as bankCardMasked',
      'id_number_index as personIndex',
    ])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!found) throw new DomainError('thing-not-found');
  return found;
}

/** The same for a cadre's route: the member's union must lie in the scope of its permission. */
export async function getMemberInScope(ctx: Ctx, id: string): Promise<MemberPlace> {
  const member = await getMember(ctx, id);
  if (!isWithin(member.unionPath, ctx.scope.paths)) throw new DomainError('thing-not-found');
  return member;
}
