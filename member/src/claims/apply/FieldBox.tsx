import { useState } from 'react';
import type { Field } from '@smart-union/catalogue-kit/fields/index.ts';
import { fenFromYuanText } from '@smart-union/catalogue-kit/fields/money.ts';
import { ChoiceBox } from '../../form/ChoiceBox.tsx';
import { DateBox } from '../../form/DateBox.tsx';
import { TextBox } from '../../form/TextBox.tsx';
import { FilesBox } from '../../files/FilesBox.tsx';
import type { UploadState } from '../../files/FilesBox.tsx';
import type { Uploaded } from '../../files/upload.ts';
import { groupedByFour } from '../../format.ts';
import { today } from '../../format.ts';
import { inLanguage, useTexts } from '../../texts/index.ts';
import type { Answers } from './draft.ts';

interface FieldBoxProps {
  field: Field;
  value: unknown;
  answers: Answers;
  /** Mask of the answer the server already has, for sensitive fields. */
  sealed: string | undefined;
  fault: string | null;
  files: Uploaded[];
  onChange: (value: unknown, now?: boolean) => void;
  onFile: (file: Uploaded) => void;
  onUpload: (state: UploadState) => void;
}

function boundOf(bound: string | undefined, answers: Answers): string | undefined {
  if (bound === 'today') return today();
  if (!bound || /^\d{4}-/.test(bound)) return bound;
  const other = answers[bound];
  return typeof other === 'string' && other ? other : undefined;
}

/** The control for one field of a form, chosen by its kind. */
export function FieldBox(props: FieldBoxProps) {
  const { field, value, answers, sealed, fault, onChange } = props;
  const texts = useTexts();
  const [yuan, setYuan] = useState(
    typeof value === 'number' && field.kind === 'money' ? String(value / 100) : '',
  );
  const [number, setNumber] = useState(typeof value === 'number' ? String(value) : '');
  const hint = field.hint ? inLanguage(field.hint, field.hintEn) : undefined;
  const text = typeof value === 'string' ? value : '';
  const shared = {
    id: field.id,
    label: inLanguage(field.label, field.labelEn),
    hint,
    fault,
    optional: !field.required,
    sealed: field.sensitive === true,
    placeholder: sealed && !text ? texts.apply.keptSealed(sealed) : undefined,
  };
  switch (field.kind) {
    case 'text':
      return <TextBox {...shared} value={text} onChange={onChange} />;
    case 'long-text':
      return <TextBox {...shared} value={text} lines={4} onChange={onChange} />;
    case 'number':
      return (
        <TextBox
          {...shared}
          keyboard="decimal"
          value={number}
          onChange={(next) => {
            setNumber(next);
            onChange(next.trim() === '' ? undefined : Number(next));
          }}
        />
      );
    case 'money':
      return (
        <TextBox
          {...shared}
          keyboard="decimal"
          suffix={texts.apply.yuan}
          value={yuan}
          onChange={(next) => {
            setYuan(next);
            onChange(next.trim() === '' ? undefined : (fenFromYuanText(next) ?? next));
          }}
        />
      );
    case 'bank-card':
      return (
        <TextBox
          {...shared}
          keyboard="numeric"
          value={groupedByFour(text)}
          maxLength={24}
          onChange={(next) => onChange(next.replace(/\s/g, ''))}
        />
      );
    case 'id-number':
      return <TextBox {...shared} value={text} maxLength={18} onChange={onChange} />;
    case 'date':
      return (
        <DateBox
          {...shared}
          value={text}
          min={boundOf(field.notBefore, answers)}
          max={boundOf(field.notAfter, answers)}
          onChange={(next) => onChange(next)}
        />
      );
    case 'choice':
      return (
        <ChoiceBox
          {...shared}
          value={text}
          choices={field.choices.map((one) => ({
            value: one.value,
            label: inLanguage(one.label, one.labelEn),
          }))}
          onChange={onChange}
        />
      );
    case 'yes-no':
      return (
        <ChoiceBox
          {...shared}
          value={value === undefined ? '' : String(value)}
          choices={[
            { value: 'true', label: texts.apply.yes },
            { value: 'false', label: texts.apply.no },
          ]}
          onChange={(next) => onChange(next === 'true')}
        />
      );
    case 'files':
      return (
        <FilesBox
          {...shared}
          field={field}
          ids={Array.isArray(value) ? (value as string[]) : []}
          known={props.files}
          onChange={(ids, file) => {
            if (file) props.onFile(file);
            onChange(ids, true);
          }}
          onUpload={props.onUpload}
        />
      );
  }
}
