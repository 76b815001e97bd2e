import { Alert, Form, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { formatDate } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { ApiError } from '../transport.ts';
import type { CalendarDay } from './calendar-page.tsx';

export interface DayChange {
  kind: 'holiday' | 'make-up';
  name: string;
  source: string;
}

interface Props {
  on: string;
  day: CalendarDay | undefined;
  onClose: () => void;
  /** null takes the entry out, the day follows the week again. */
  onSave: (change: DayChange | null) => Promise<void>;
}

export const DayDialog = ({ on, day, onClose, onSave }: Props) => {
  const t = useTexts();
  const locale = useLocale();
  const [kind, setKind] = useState<DayChange['kind'] | 'ordinary'>(day?.kind ?? 'holiday');
  const [name, setName] = useState(day?.name ?? '');
  const [source, setSource] = useState(day?.source ?? '');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const save = async (): Promise<void> => {
    setBusy(true);
    setFault(null);
    try {
      await onSave(kind === 'ordinary' ? null : { kind, name: name.trim(), source: source.trim() });
      onClose();
    } catch (error) {
      setFault(error instanceof ApiError ? error.message : t.states.unexpected);
    } finally {
      setBusy(false);
    }
  };
  const filled = kind === 'ordinary' ? day !== undefined : name.trim() !== '' && source.trim() !== '';
  return (
    <Modal
      open
      title={t.calendar.edit(formatDate(on, locale))}
      okText={t.common.save}
      cancelText={t.common.cancel}
      okButtonProps={{ loading: busy, disabled: !filled }}
      onOk={() => void save()}
      onCancel={onClose}
      width={420}
    >
      <Form layout="vertical" component="div">
        <Form.Item label={t.calendar.kind}>
          <Radio.Group
            aria-label={t.calendar.kind}
            value={kind}
            onChange={(event) => setKind(event.target.value as typeof kind)}
            optionType="button"
            options={[
              { value: 'holiday', label: t.calendar.holiday },
              { value: 'make-up', label: t.calendar.makeUp },
              ...(day ? [{ value: 'ordinary', label: t.calendar.remove }] : []),
            ]}
          />
        </Form.Item>
        {kind === 'ordinary' ? null : (
          <>
            <Form.Item label={t.calendar.name} htmlFor="day-name" required>
              <Input
                id="day-name"
                maxLength={40}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </Form.Item>
            <Form.Item label={t.calendar.source} htmlFor="day-source" required extra={t.calendar.sourceHint}>
              <Input
                id="day-source"
                maxLength={200}
                value={source}
                onChange={(event) => setSource(event.target.value)}
              />
            </Form.Item>
          </>
        )}
      </Form>
      {fault ? <Alert type="error" showIcon title={fault} role="alert" /> : null}
    </Modal>
  );
};
