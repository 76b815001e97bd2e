import { DatePicker } from 'antd';
import dayjs from 'dayjs';

interface Props {
  id?: string;
  label?: string;
  /** 'YYYY-MM-DD', or '' for none. */
  value: string;
  onChange: (on: string) => void;
  min?: string;
  max?: string;
  width?: number;
}

/** A day, typed or picked, as 'YYYY-MM-DD'. Not the browser's own input: that speaks the system's language, not ours. */
export const DateInput = ({ id, label, value, onChange, min, max, width = 150 }: Props) => (
  <DatePicker
    id={id}
    aria-label={label}
    placeholder={label}
    value={value ? dayjs(value) : null}
    onChange={(day) => onChange(day ? day.format('YYYY-MM-DD') : '')}
    minDate={min ? dayjs(min) : undefined}
    maxDate={max ? dayjs(max) : undefined}
    style={{ width }}
  />
);
