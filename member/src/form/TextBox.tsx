import { describedBy, Labelled } from './Labelled.tsx';
import { typed } from './events.ts';

interface TextBoxProps {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string | undefined;
  fault?: string | null | undefined;
  optional?: boolean;
  sealed?: boolean;
  placeholder?: string | undefined;
  /** Which keyboard the phone shows. */
  keyboard?: 'text' | 'numeric' | 'decimal' | 'tel';
  maxLength?: number | undefined;
  lines?: number;
  suffix?: string;
  autoComplete?: string;
}

// The mini-program's input has kinds of its own for its keyboards.
const kindOf = { text: 'text', numeric: 'number', decimal: 'digit', tel: 'number' } as const;

/** A box to type in, one line or several. */
export function TextBox(props: TextBoxProps) {
  const { id, value, onChange, hint, fault, keyboard = 'text', lines = 1 } = props;
  const shared = {
    id,
    value,
    placeholder: props.placeholder ?? '',
    className: 'box',
    'aria-describedby': describedBy(id, hint, fault),
    'aria-invalid': fault ? true : undefined,
    'aria-required': props.optional ? undefined : true,
    ...(props.maxLength ? { maxLength: props.maxLength } : {}),
    onInput: (event: unknown) => onChange(typed(event)),
  };
  const mini = process.env.TARO_ENV === 'weapp' ? { type: kindOf[keyboard] } : {};
  return (
    <Labelled
      id={id}
      label={props.label}
      hint={hint}
      fault={fault}
      optional={props.optional ?? false}
      sealed={props.sealed ?? false}
    >
      {lines > 1 ? (
        <textarea {...shared} rows={lines} />
      ) : (
        <div className="box-line">
          <input
            {...shared}
            {...mini}
            inputMode={keyboard}
            autoComplete={props.autoComplete ?? 'off'}
            enterKeyHint="next"
          />
          {props.suffix ? <span className="box-suffix">{props.suffix}</span> : null}
        </div>
      )}
    </Labelled>
  );
}
