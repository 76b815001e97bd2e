import type { ReactNode } from 'react';
import './button.css';

interface ButtonProps {
  children: ReactNode;
  onClick: () => void;
  /** One main button a screen; the others are plain or quiet. */
  look?: 'main' | 'plain' | 'quiet' | 'danger';
  /** Already at it: shown as busy and deaf to further taps. */
  busy?: boolean;
  disabled?: boolean;
  label?: string;
  wide?: boolean;
  className?: string;
}

/** A button with a target of at least 44 px, a real one for keyboards and screen readers. */
export function Button({
  children,
  onClick,
  look = 'plain',
  busy = false,
  disabled = false,
  label,
  wide = false,
  className = '',
}: ButtonProps) {
  const names = ['button', `button-${look}`, wide ? 'button-wide' : '', busy ? 'button-busy' : '', className];
  return (
    <button
      type="button"
      className={names.filter(Boolean).join(' ')}
      disabled={disabled || busy}
      aria-busy={busy}
      {...(label ? { 'aria-label': label } : {})}
      onClick={() => {
        if (!busy && !disabled) onClick();
      }}
    >
      {children}
    </button>
  );
}
