import { Button } from 'antd';
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { Rotate, ZoomIn, ZoomOut } from '../page/icons.tsx';
import { useTexts } from '../texts/texts.ts';

interface Look {
  zoom: number;
  turn: number;
  x: number;
  y: number;
}

const straight: Look = { zoom: 1, turn: 0, x: 0, y: 0 };
const clampZoom = (zoom: number): number => Math.min(6, Math.max(1, zoom));

/** One photo: zoom, turn, drag about when zoomed. Keys + − R 0 work while the photo has the focus. */
export const PhotoPane = ({ label, preview, full }: { label: string; preview: string; full: string }) => {
  const t = useTexts();
  const [look, setLook] = useState(straight);
  const [broken, setBroken] = useState(false);
  const drag = useRef<{ x: number; y: number } | null>(null);
  const zoom = (factor: number): void =>
    setLook((before) => {
      const next = clampZoom(before.zoom * factor);
      return next === 1 ? { ...before, zoom: 1, x: 0, y: 0 } : { ...before, zoom: next };
    });
  const rotate = (): void => setLook((before) => ({ ...before, turn: before.turn + 90, x: 0, y: 0 }));
  const press = (event: KeyboardEvent): void => {
    const acts: Record<string, () => void> = {
      '+': () => zoom(1.5),
      '=': () => zoom(1.5),
      '-': () => zoom(1 / 1.5),
      '0': () => setLook(straight),
      '.': rotate,
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const move = (event: PointerEvent): void => {
    if (!drag.current || look.zoom === 1) return;
    const [dx, dy] = [event.clientX - drag.current.x, event.clientY - drag.current.y];
    drag.current = { x: event.clientX, y: event.clientY };
    setLook((before) => ({ ...before, x: before.x + dx, y: before.y + dy }));
  };
  // The preview is a few hundred kilobytes; the full image is fetched only when somebody zooms in.
  const source = look.zoom > 1 ? full : preview;
  return (
    <figure className="photo">
      <div
        className="photo-window"
        role="group"
        aria-label={label}
        tabIndex={0}
        onKeyDown={press}
        onPointerDown={(event) => {
          drag.current = { x: event.clientX, y: event.clientY };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={move}
        onPointerUp={() => (drag.current = null)}
        onDoubleClick={() => (look.zoom > 1 ? setLook(straight) : zoom(2.5))}
        style={{ cursor: look.zoom > 1 ? 'grab' : 'zoom-in', touchAction: look.zoom > 1 ? 'none' : 'auto' }}
      >
        {broken ? (
          <p className="quiet">{t.states.unexpected}</p>
        ) : (
          <img
            src={source}
            alt={label}
            draggable={false}
            onError={() => setBroken(true)}
            style={{
              transform: `translate(${look.x}px, ${look.y}px) rotate(${look.turn}deg) scale(${look.zoom})`,
              ...(look.turn % 180 === 0 ? {} : { maxWidth: '75%' }),
            }}
          />
        )}
      </div>
      <figcaption className="row">
        <span className="grow">{label}</span>
        {look === straight ? null : (
          <Button size="small" type="text" onClick={() => setLook(straight)}>
            {t.cases.reset}
          </Button>
        )}
        <Button
          size="small"
          type="text"
          icon={<ZoomOut />}
          onClick={() => zoom(1 / 1.5)}
          aria-label={t.cases.zoomOut}
          title={t.cases.zoomOut}
        />
        <Button
          size="small"
          type="text"
          icon={<ZoomIn />}
          onClick={() => zoom(1.5)}
          aria-label={t.cases.zoomIn}
          title={t.cases.zoomIn}
        />
        <Button
          size="small"
          type="text"
          icon={<Rotate />}
          onClick={rotate}
          aria-label={t.cases.rotate}
          title={t.cases.rotate}
        />
        <Button size="small" type="text" href={full} target="_blank" rel="noreferrer">
          {t.cases.openFull}
        </Button>
      </figcaption>
    </figure>
  );
};
