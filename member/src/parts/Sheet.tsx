import type { ReactNode } from 'react';
import { useEffect, useId, useRef } from 'react';
import { Button } from './Button.tsx';
import { useTexts } from '../texts/index.ts';
import './sheet.css';

/** Asks before something is done that cannot be taken back lightly; says what will happen. */
export function Sheet({
  title,
  children,
  confirm,
  danger = false,
  busy = false,
  onConfirm,
  onClose,
}: {
  title: string;
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const texts = useTexts();
  const heading = useId();
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (process.env.TARO_ENV !== 'h5') return;
    const before = document.activeElement as HTMLElement | null;
    const buttons = () => [...(box.current?.querySelectorAll<HTMLElement>('button, input') ?? [])];
    buttons()[0]?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose();
      if (event.key !== 'Tab') return;
      const all = buttons();
      const edge = event.shiftKey ? all[0] : all.at(-1);
      if (document.activeElement === edge) {
        event.preventDefault();
        (event.shiftKey ? all.at(-1) : all[0])?.focus();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
      before?.focus();
    };
    // Only on opening: a new onClose each render must not move the focus.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return (
    <div className="sheet-ground">
      <div className="sheet" role="dialog" aria-modal="true" aria-labelledby={heading} ref={box}>
        <h2 className="heading heading-first" id={heading}>
          {title}
        </h2>
        <div className="sheet-body">{children}</div>
        <div className="stack">
          <Button look={danger ? 'danger' : 'main'} wide busy={busy} onClick={onConfirm}>
            {confirm}
          </Button>
          <Button look="quiet" wide onClick={onClose}>
            {texts.common.cancel}
          </Button>
        </div>
      </div>
    </div>
  );
}
