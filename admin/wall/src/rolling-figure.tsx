import { useEffect, useRef, useState } from 'react';

const rollMs = 700;

const motionOff = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** A figure that counts from its old value to the new one; at once when the system asks for no motion. */
export function RollingFigure({ value, format }: { value: number; format: (value: number) => string }) {
  const [shown, setShown] = useState(value);
  const shownRef = useRef(value);
  useEffect(() => {
    const from = shownRef.current;
    if (from === value || motionOff()) {
      shownRef.current = value;
      setShown(value);
      return undefined;
    }
    const startedAt = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const share = Math.min(1, (now - startedAt) / rollMs);
      const eased = 1 - (1 - share) ** 3;
      const next = share === 1 ? value : Math.round(from + (value - from) * eased);
      shownRef.current = next;
      setShown(next);
      if (share < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [value]);
  return (
    <span className="figure">
      <span aria-hidden="true">{format(shown)}</span>
      <span className="spoken">{format(value)}</span>
    </span>
  );
}
