import type { ReactNode } from 'react';
import { Icon } from '../parts/Icon.tsx';
import { asideText } from '../format.ts';
import { useTexts } from '../texts/index.ts';
import './form.css';

/** A label, why we ask, the control, and what is wrong with it, tied together for screen readers. */
export function Labelled({
  id,
  label,
  hint,
  fault,
  optional = false,
  sealed = false,
  group = false,
  children,
}: {
  id: string;
  label: string;
  hint?: string | undefined;
  fault?: string | null | undefined;
  optional?: boolean;
  sealed?: boolean;
  /** Several controls under one label, as with photos. */
  group?: boolean;
  children: ReactNode;
}) {
  const texts = useTexts();
  const words = (
    <>
      {label}
      {optional ? <span className="field-optional">{asideText(texts.common.optional)}</span> : null}
      {sealed ? <Icon name="lock" className="quiet field-lock" /> : null}
    </>
  );
  return (
    <div
      className={`field${fault ? ' field-faulty' : ''}`}
      {...(group
        ? {
            role: 'group',
            'aria-labelledby': `${id}-label`,
            'aria-describedby': describedBy(id, hint, fault),
          }
        : {})}
    >
      {group ? (
        <p className="field-label" id={`${id}-label`} tabIndex={-1}>
          {words}
        </p>
      ) : (
        <label className="field-label" htmlFor={id}>
          {words}
        </label>
      )}
      {hint ? (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {children}
      {fault ? (
        <p className="field-fault" id={`${id}-fault`}>
          <Icon name="alert" /> {fault}
        </p>
      ) : null}
    </div>
  );
}

/** The ids that describe a control. */
export function describedBy(id: string, hint: string | undefined, fault: string | null | undefined) {
  return [hint ? `${id}-hint` : '', fault ? `${id}-fault` : ''].filter(Boolean).join(' ') || undefined;
}
