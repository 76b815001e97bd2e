import { Labelled } from './Labelled.tsx';
import { Icon } from '../parts/Icon.tsx';

/** One out of a few, each a button to tap. */
export function ChoiceBox({
  id,
  label,
  choices,
  value,
  onChange,
  hint,
  fault,
  optional = false,
}: {
  id: string;
  label: string;
  choices: { value: string; label: string }[];
  value: string;
  onChange: (value: string) => void;
  hint?: string | undefined;
  fault?: string | null | undefined;
  optional?: boolean;
}) {
  return (
    <Labelled id={id} label={label} hint={hint} fault={fault} optional={optional} group>
      <div className="choices">
        {choices.map((choice) => {
          const chosen = choice.value === value;
          return (
            <button
              key={choice.value}
              type="button"
              className={`choice${chosen ? ' choice-chosen' : ''}`}
              aria-pressed={chosen}
              onClick={() => onChange(choice.value)}
            >
              {chosen ? <Icon name="check" /> : null}
              {choice.label}
            </button>
          );
        })}
      </div>
    </Labelled>
  );
}
