import { Alert, Form, Input, Modal } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea.js';
import { useRef, useState, type ReactNode } from 'react';
import { ApiError } from '../transport.ts';
import { useTexts } from '../texts/texts.ts';

interface Props {
  open: boolean;
  title: string;
  /** What will happen, in numbers. */
  children?: ReactNode;
  label: string;
  placeholder?: string;
  /** Ready phrases to pick from, so that a reason costs one tap. */
  suggestions?: string[];
  /** Fewest characters; 0 lets the reason be empty. */
  least?: number;
  okText: string;
  danger?: boolean;
  onClose: () => void;
  /** Does the act; what it throws is shown in the dialog, which stays open with the words kept. */
  onOk: (reason: string) => Promise<unknown>;
}

/** Asks for the reason before an act that touches money, personal data or somebody's application. */
export const ReasonDialog = (props: Props) => {
  const t = useTexts();
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const input = useRef<TextAreaRef>(null);
  const least = props.least ?? 4;
  const submit = async (): Promise<void> => {
    if (reason.trim().length < least) {
      setFault(t.reason.tooShort(least));
      return;
    }
    setBusy(true);
    setFault(null);
    try {
      await props.onOk(reason.trim());
      setReason('');
      props.onClose();
    } catch (error) {
      setFault(error instanceof ApiError ? error.message : t.states.unexpected);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open={props.open}
      title={props.title}
      okText={props.okText}
      cancelText={t.common.cancel}
      okButtonProps={{ danger: props.danger, loading: busy }}
      onOk={() => void submit()}
      onCancel={props.onClose}
      destroyOnHidden
      // Once more: with motion off the dialog takes the focus for its close button afterwards.
      afterOpenChange={(shown) => shown && input.current?.focus()}
      width={480}
    >
      <div className="stack">
        {props.children}
        <Form layout="vertical" component="div">
          <Form.Item label={props.label} htmlFor="reason" required={least > 0} style={{ marginBottom: 8 }}>
            <Input.TextArea
              id="reason"
              ref={input}
              // At once, for what is typed while the dialog still moves in.
              autoFocus
              rows={3}
              maxLength={200}
              showCount
              value={reason}
              placeholder={props.placeholder}
              onChange={(event) => setReason(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit();
              }}
            />
          </Form.Item>
          {props.suggestions ? (
            <div className="row">
              {props.suggestions.map((words) => (
                <button key={words} type="button" className="suggestion" onClick={() => setReason(words)}>
                  {words}
                </button>
              ))}
            </div>
          ) : null}
        </Form>
        {fault ? <Alert type="error" showIcon title={fault} role="alert" /> : null}
      </div>
    </Modal>
  );
};
