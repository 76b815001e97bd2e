import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTexts } from '../texts/texts.ts';
import { Eye } from './icons.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

interface Props {
  masked: string | null;
  /** What is opened, in words: 身份证号. */
  name: string;
  /** False shows the mask alone. */
  mayOpen: boolean;
  /** Opens the value with the reason; the person it belongs to sees who looked and why. */
  open: (reason: string) => Promise<{ value: string | null; hideAfterSeconds: number }>;
}

/** A sealed value: masked, opened with a reason, masked again by itself after the time the server gives. */
export const SealedValue = ({ masked, name, mayOpen, open }: Props) => {
  const t = useTexts();
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState<{ value: string | null; until: number } | null>(null);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (!shown) return;
    const tick = (): void => {
      const seconds = Math.ceil((shown.until - Date.now()) / 1000);
      if (seconds <= 0) setShown(null);
      else setLeft(seconds);
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [shown]);
  if (masked === null) return <span className="quiet">{t.common.none}</span>;
  if (shown) {
    return (
      <span className="row">
        <strong className="number">{shown.value ?? t.common.none}</strong>
        <Button size="small" type="text" onClick={() => setShown(null)}>
          {t.sealed.hide(left)}
        </Button>
      </span>
    );
  }
  return (
    <span className="row">
      <span className="number">{masked}</span>
      {mayOpen ? (
        <Button
          size="small"
          icon={<Eye />}
          onClick={() => setAsking(true)}
          aria-label={t.sealed.openOf(name)}
        >
          {t.sealed.open}
        </Button>
      ) : null}
      <ReasonDialog
        open={asking}
        title={t.sealed.openOf(name)}
        label={t.sealed.reason}
        suggestions={t.sealed.suggestions}
        okText={t.sealed.open}
        onClose={() => setAsking(false)}
        onOk={async (reason) => {
          const { value, hideAfterSeconds } = await open(reason);
          setShown({ value, until: Date.now() + hideAfterSeconds * 1000 });
        }}
      >
        <p className="quiet">{t.sealed.note}</p>
      </ReasonDialog>
    </span>
  );
};
