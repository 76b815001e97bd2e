import type { ReactNode } from 'react';
import { addressOf } from '../address.ts';
import { count } from '../figures.ts';
import type { Moment } from '../overview.ts';
import { shortName } from '../short-name.ts';
import { useTexts } from '../texts/texts.ts';
import { grainSpots, widthOf } from './layout.ts';
import type { GrainSpot, Spot } from './layout.ts';

/** One union on the map: its disc, the unions below as grains, its label, and what just happened there. */
export function Disc(props: {
  spot: Spot;
  name: string;
  superiors: string[];
  state: 'plain' | 'focus' | 'aside';
  pulses: Moment[];
  line: number;
}) {
  const { spot, name, state, pulses, line } = props;
  const texts = useTexts();
  const { figures, union } = spot.place;
  const grains = grainSpots(spot.place.grains, spot.r);
  const roomy = grains.length > 0 && grains.length <= 20 && (grains[0]?.r ?? 0) > line;
  const latest = pulses[0];
  return (
    <g transform={`translate(${spot.x.toFixed(1)} ${spot.y.toFixed(1)})`}>
      <a
        href={addressOf(union.id)}
        data-union={union.id}
        className={`disc disc-${state}${grains.length === 0 && figures.paidThisYearCount > 0 ? ' disc-paid' : ''}`}
        aria-label={texts.pointName(name, count(figures.members), count(figures.paidThisYearCount))}
        aria-current={state === 'focus' ? 'page' : undefined}
      >
        <title>{union.name}</title>
        <circle className="disc-body" r={spot.r} />
        {!roomy && grains.map((grain) => <Grain key={grain.id} grain={grain} />)}
        {spot.labelled && (
          <text className="label" y={spot.r + line * 0.98} textAnchor="middle">
            {name}
            <tspan className="label-count" dx="0.4em">
              {count(figures.members)}
            </tspan>
          </text>
        )}
        <circle className="disc-focus" r={spot.r + line * 0.25} />
      </a>
      {roomy &&
        grains.map((grain) => (
          <a key={grain.id} href={addressOf(grain.id)} className="grain-link" data-union={grain.id}>
            <Grain grain={grain}>
              <GrainName name={shortName(grain.name, props.superiors)} grain={grain} line={line} />
            </Grain>
          </a>
        ))}
      {pulses.map((moment) => (
        <Pulse
          key={moment.id}
          moment={moment}
          grain={grains.find((grain) => moment.unionIds.includes(grain.id))}
          spot={spot}
          line={line}
        />
      ))}
      {latest && (
        <text className={`callout callout-${latest.kind}`} y={-spot.r - line * 0.45} textAnchor="middle">
          {texts.callout[latest.kind]}
        </text>
      )}
    </g>
  );
}

function Grain({ grain, children }: { grain: GrainSpot; children?: ReactNode }) {
  return (
    <g transform={`translate(${grain.x.toFixed(1)} ${grain.y.toFixed(1)})`}>
      <circle className={grain.paid ? 'grain grain-paid' : 'grain'} r={grain.r} />
      {children}
    </g>
  );
}

function GrainName({ name, grain, line }: { name: string; grain: GrainSpot; line: number }) {
  const letter = line / 1.3;
  // A name may stand out of its grain by a quarter on each side before it runs into its neighbour's.
  const fits = Math.min(1, (grain.r * 3) / (widthOf(name) * letter));
  return (
    <text className="grain-name" fontSize={letter * fits} y={letter * 0.36 * fits} textAnchor="middle">
      {name}
    </text>
  );
}

function Pulse(props: { moment: Moment; grain: GrainSpot | undefined; spot: Spot; line: number }) {
  const { moment, grain, spot, line } = props;
  const reach = grain === undefined ? spot.r * 1.25 : Math.min(spot.r * 1.1, grain.r + line * 2.2);
  return (
    <g
      className={`pulse pulse-${moment.kind}`}
      transform={`translate(${(grain?.x ?? 0).toFixed(1)} ${(grain?.y ?? 0).toFixed(1)})`}
    >
      <circle className="ripple" r={reach} />
      <circle className="ripple ripple-later" r={reach} />
      {grain === undefined ? (
        <circle className="ripple-core" r={line * 0.22} />
      ) : (
        <circle className="ripple-edge" r={grain.r} />
      )}
    </g>
  );
}
