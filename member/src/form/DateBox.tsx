import { Picker } from '@tarojs/components';
import { describedBy, Labelled } from './Labelled.tsx';
import { typed } from './events.ts';
import { longDateText } from '../format.ts';

/** A day: the phone's own calendar on both targets. */
export function DateBox({
  id,
  label,
  value,
  onChange,
  hint,
  fault,
  min,
  max,
  optional = false,
}: {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string | undefined;
  fault?: string | null | undefined;
  min?: string | undefined;
  max?: string | undefined;
  optional?: boolean;
}) {
  return (
    <Labelled id={id} label={label} hint={hint} fault={fault} optional={optional}>
      {process.env.TARO_ENV === 'weapp' ? (
        <Picker
          mode="date"
          value={value}
          {...(min ? { start: min } : {})}
          {...(max ? { end: max } : {})}
          onChange={(event) => onChange(String(event.detail.value))}
        >
          <div className="box">{value ? longDateText(value) : label}</div>
        </Picker>
      ) : (
        <input
          id={id}
          type="date"
          className="box"
          value={value}
          min={min}
          max={max}
          aria-describedby={describedBy(id, hint, fault)}
          aria-invalid={fault ? true : undefined}
          aria-required={optional ? undefined : true}
          onInput={(event) => onChange(typed(event))}
          onChange={(event) => onChange(typed(event))}
        />
      )}
    </Labelled>
  );
}
