import { Secret, TOTP } from 'otpauth';
import type { Ctx } from '../../kernel/context.ts';

const place = (accountId: string) => ({ table: 'account', column: 'totp_sealed', row: accountId });

/** RFC 6238 with the settings every authenticator app takes: SHA-1, six digits, 30 seconds. */
function totpOf(secret: string, username: string): TOTP {
  return new TOTP({
    issuer: '智慧工会',
    label: username,
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
    secret: Secret.fromBase32(secret),
  });
}

export const newSecret = () => new Secret({ size: 20 }).base32;
export const totpUrl = (secret: string, username: string) => totpOf(secret, username).toString();
export const currentCode = (secret: string, at: Date) =>
  totpOf(secret, '').generate({ timestamp: at.getTime() });
export const sealSecret = (ctx: Ctx, accountId: string, secret: string) =>
  ctx.pii.seal(place(accountId), secret);

interface Holder {
  id: string;
  username: string;
  totp_sealed: Parameters<Ctx['pii']['unseal']>[1] | null;
  totp_last_step: number | null;
}

export const openSecret = (ctx: Ctx, holder: Holder) =>
  holder.totp_sealed ? ctx.pii.unseal(place(holder.id), holder.totp_sealed) : null;

/** The step a code is good for, one step of drift allowed; null when wrong or already used (no replay). */
export function stepOf(ctx: Ctx, holder: Holder, code: string): number | null {
  const secret = openSecret(ctx, holder);
  if (!secret) return null;
  const delta = totpOf(secret, holder.username).validate({
    token: code.trim(),
    timestamp: ctx.now.getTime(),
    window: 1,
  });
  if (delta === null) return null;
  const step = Math.floor(ctx.now.getTime() / 30_000) + delta;
  return holder.totp_last_step !== null && step <= holder.totp_last_step ? null : step;
}
