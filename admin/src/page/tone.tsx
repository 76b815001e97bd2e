import type { ReactNode } from 'react';
import { tones, type Tone } from '../theme.ts';
import { Attention, Bad, Clock, Good, Over } from './icons.tsx';

const marks: Record<Tone, ReactNode> = {
  plain: <Over />,
  info: <Attention />,
  waiting: <Clock />,
  good: <Good />,
  danger: <Bad />,
};

/** A state as colour, icon and word together, never colour alone. */
export const ToneTag = ({ tone, children }: { tone: Tone; children: ReactNode }) => (
  <span className="tone" style={{ color: tones[tone] }}>
    {marks[tone]} {children}
  </span>
);
