import { Icon } from './Icon.tsx';
import { dateText, longDateText } from '../format.ts';
import { inLanguage, useTexts } from '../texts/index.ts';
import './checks.css';

export interface CheckLine {
  rule: string;
  ok: boolean;
  reason: string;
  reasonEn: string;
  datum: string | null;
  from: string | null;
}

/** The rules of a benefit as reasons: ✔ or ✘, the rule, the datum behind it, and from when it will hold. */
export function Checks({ checks }: { checks: CheckLine[] }) {
  const texts = useTexts();
  return (
    <ul className="list checks">
      {checks.map((check) => (
        <li className={`check ${check.ok ? 'check-ok' : 'check-not'}`} key={check.rule}>
          <Icon name={check.ok ? 'check' : 'cross'} />
          <span className="row-body">
            <span className="visually-hidden">
              {check.ok ? texts.entitlements.met : texts.entitlements.notMet}
            </span>
            <span className="check-reason">{inLanguage(check.reason, check.reasonEn)}</span>
            {check.from && !check.ok && !check.reason.includes(longDateText(check.from)) ? (
              <span className="check-from">{texts.entitlements.from(dateText(check.from))}</span>
            ) : null}
          </span>
        </li>
      ))}
    </ul>
  );
}
