import type { ReactNode } from 'react';
import type { IconName } from './Icon.tsx';
import { Icon } from './Icon.tsx';

export type Tone = 'success' | 'info' | 'waiting' | 'danger' | 'plain';

const iconOf: Record<Tone, IconName> = {
  success: 'check',
  info: 'clock',
  waiting: 'clock',
  danger: 'alert',
  plain: 'paper',
};

/** A state: colour, icon and word together. */
export function Tag({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ReactNode }) {
  return (
    <span className={`tag tone-${tone}`}>
      <Icon name={icon ?? iconOf[tone]} />
      {children}
    </span>
  );
}

/** Something she has to know, in a coloured box with its icon. */
export function Notice({
  tone,
  icon,
  title,
  children,
  alert = false,
}: {
  tone: Tone;
  icon?: IconName;
  title?: string;
  children?: ReactNode;
  /** Read out at once by screen readers. */
  alert?: boolean;
}) {
  return (
    <div className={`notice tone-${tone}`} {...(alert ? { role: 'alert' } : {})}>
      <Icon name={icon ?? iconOf[tone]} />
      <div className="row-body">
        {title ? <p className="notice-text strong">{title}</p> : null}
        {children ? <div className="notice-text">{children}</div> : null}
      </div>
    </div>
  );
}
