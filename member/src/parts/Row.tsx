import type { ReactNode } from 'react';
import type { IconName } from './Icon.tsx';
import { Icon } from './Icon.tsx';

/** One line of a list that opens something; all of it is the target. */
export function Row({
  title,
  text,
  icon,
  end,
  first = false,
  onClick,
}: {
  title: ReactNode;
  text?: ReactNode;
  icon?: IconName;
  end?: ReactNode;
  first?: boolean;
  onClick: () => void;
}) {
  return (
    <button type="button" className={`row${first ? ' row-first' : ''}`} onClick={onClick}>
      {icon ? <Icon name={icon} className="row-icon" /> : null}
      <span className="row-body">
        <span className="row-title">{title}</span>
        {text ? <span className="row-text">{text}</span> : null}
      </span>
      {end ? <span className="row-end">{end}</span> : null}
      <Icon name="next" className="quiet" />
    </button>
  );
}
