import { createHmac, randomInt } from 'node:crypto';
import { checkPhone } from '@smart-union/catalogue-kit/checks/phone.ts';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { isGatewayDown, sendSms } from '../../kernel/outbox.ts';

type Route = typeof contract.accounts.requestCode;

const waitSeconds = 60;
const goodForMinutes = 5;

/** Digits of a phone as typed, or a refusal at the field. */
export function phoneOf(typed: string): string {
  const checked = checkPhone(typed);
  if (!checked.ok)
    throw new DomainError('input-invalid', {}, [
      {
        field: 'phone',
        reason: '请填写 11 位手机号码',
        reasonEn: 'Please give a mobile number of 11 digits',
      },
    ]);
  return checked.phone;
}

export const codeHash = (index: Buffer, code: string) => createHmac('sha256', index).update(code).digest();

/** Sends a code to a member's phone. Unknown phones get the same answers, and no message. */
export async function requestCode(ctx: Ctx, { body }: InputOf<Route>): Promise<ReplyOf<Route>> {
  const phone = phoneOf(body.phone);
  // Better told than left waiting for what will not come.
  if (await isGatewayDown(ctx)) throw new DomainError('sms-unavailable');
  const index = ctx.pii.blindIndex('phone', phone);
  const last = await ctx.db
    .selectFrom('sign_in_code')
    .select('sent_at')
    .where('phone_index', '=', index)
    .executeTakeFirst();
  const waited = last ? (ctx.now.getTime() - last.sent_at.getTime()) / 1000 : waitSeconds;
  if (waited < waitSeconds)
    throw new DomainError('code-too-soon', { seconds: Math.ceil(waitSeconds - waited) });
  const code = String(randomInt(0, 1_000_000)).padStart(6, '0');
  const row = {
    phone_index: index,
    code_hash: codeHash(index, code),
    sent_at: ctx.now,
    expires_at: new Date(ctx.now.getTime() + goodForMinutes * 60_000),
    attempts: 0,
  };
  await ctx.db
    .insertInto('sign_in_code')
    .values(row)
    .onConflict((conflict) => conflict.column('phone_index').doUpdateSet(row))
    .execute();
  const known = await ctx.db
    .selectFrom('member')
    .select('id')
    .where('phone_index', '=', index)
    .where('status', '!=', 'left')
    .executeTakeFirst();
  if (known) {
    const text = `【智慧工会】您的登录验证码是 ${code}，${goodForMinutes} 分钟内有效。请勿告诉他人。`;
    await sendSms(ctx, { to: phone, text });
  }
  const outbox = ctx.config.demo && !ctx.config.smsGatewayUrl ? '/dev/outbox' : null;
  return { retryAfterSeconds: waitSeconds, outbox };
}
