import { sql } from 'kysely';
import { personsOf, type CadreActor } from '../../kernel/access.ts';
import { withScope, type Ctx } from '../../kernel/context.ts';
import { wholeFederation } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';

/** Money is handled by named people only. */
export function requireCadre(ctx: Ctx): CadreActor {
  if (ctx.actor.kind !== 'cadre') throw new DomainError('permission-missing');
  return ctx.actor;
}

/**
 * Conditions on payment `d` under which a person is involved in it. A person is an account or the blind index of an ID
 * number, so two accounts of one person are one, and so are a deputy and her principal. Approvals that were voided count
 * too: she has had a hand in it.
 */
const samePerson = (persons: Persons, account: string, index: string) =>
  sql`(${sql.ref(account)} = any(${persons.accountIds}::uuid[])
    or ${sql.ref(index)} = any(${persons.personIndexes}::bytea[]))`;
type Persons = ReturnType<typeof personsOf>;

const isPayee = (persons: Persons) =>
  sql`(d.member_id = any(${persons.memberIds}::uuid[]) or exists (
    select 1 from member m where m.id = d.member_id and m.id_number_index = any(${persons.personIndexes}::bytea[])))`;

const hasApproved = (persons: Persons) =>
  sql`exists (select 1 from decision x where x.case_id = d.case_id and x.outcome in ('approve', 'pass')
    and (${samePerson(persons, 'x.account_id', 'x.person_index')}
      or ${samePerson(persons, 'x.for_account_id', 'x.for_person_index')}))`;

const hasGivenCard = (persons: Persons) =>
  sql`exists (select 1 from account a where a.id = d.corrected_by and ${samePerson(persons, 'a.id', 'a.person_index')})`;

/** Of these payments, those the actor approved or is paid by: she may not put them into a batch. */
export async function involvedIn(
  ctx: Ctx,
  actor: CadreActor,
  paymentIds: readonly string[],
): Promise<Set<string>> {
  const persons = personsOf(actor);
  // The whole federation: a payee who moved to another district must not escape the comparison.
  const found = await withScope(ctx, wholeFederation, () =>
    sql<{ id: string }>`
      select d.id from disbursement d
      where d.id = any(${[...paymentIds]}::uuid[]) and (${isPayee(persons)} or ${hasApproved(persons)})`.execute(
      ctx.db,
    ),
  );
  return new Set(found.rows.map((row) => row.id));
}

/** Of these batches, those the actor prepared, or approved, is paid by or gave a card in: she may not release them. */
export async function notReleasable(
  ctx: Ctx,
  actor: CadreActor,
  batchIds: readonly string[],
): Promise<Set<string>> {
  const persons = personsOf(actor);
  const found = await withScope(ctx, wholeFederation, () =>
    sql<{ id: string }>`
      select b.id from payment_batch b
      where b.id = any(${[...batchIds]}::uuid[]) and (
        exists (select 1 from account p where p.id = b.prepared_by and ${samePerson(persons, 'p.id', 'p.person_index')})
        or exists (
          select 1 from payment_line l join disbursement d on d.id = l.disbursement_id
          where l.batch_id = b.id
            and (${isPayee(persons)} or ${hasApproved(persons)} or ${hasGivenCard(persons)})))`.execute(
      ctx.db,
    ),
  );
  return new Set(found.rows.map((row) => row.id));
}
