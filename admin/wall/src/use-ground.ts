import { useLayoutEffect, useState } from 'react';
import type { RefObject } from 'react';
import type { Ground } from './map/layout.ts';

/** Size of an element and of its label type in CSS pixels, followed as the window changes; null before it is known. */
export function useGround(frame: RefObject<HTMLDivElement | null>): Ground | null {
  const [ground, setGround] = useState<Ground | null>(null);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const measure = (): void => {
      const letter = Number.parseFloat(getComputedStyle(element).fontSize);
      setGround({ width: element.clientWidth, height: element.clientHeight, letter, line: letter * 1.3 });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return ground;
}
