import { useQueryClient } from '@tanstack/react-query';
import { Alert, Form, Input, Modal, Select, Typography } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { pick, useTexts } from '../texts/texts.ts';
import { ApiError } from '../transport.ts';
import type { Role } from './accounts.ts';
import { UnionPick } from './union-pick.tsx';

interface Typed {
  username: string;
  name: string;
  memberIdNumber?: string;
  role: Role;
  unionId: string;
}

/** Opens an account with its first role; the first password is shown here once and nowhere again. */
export const CreateAccount = ({ onClose }: { onClose: () => void }) => {
  const t = useTexts();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Typed>();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [password, setPassword] = useState<string | null>(null);
  const create = async (typed: Typed): Promise<void> => {
    setBusy(true);
    setFault(null);
    try {
      const reply = await api.accounts.create({
        body: { ...typed, memberIdNumber: typed.memberIdNumber || undefined },
      });
      setPassword(reply.firstPassword);
      await queryClient.invalidateQueries({ queryKey: ['accounts'] });
    } catch (error) {
      setFault(error instanceof ApiError ? error.message : t.states.unexpected);
      if (error instanceof ApiError) {
        form.setFields(
          error.fields.map((one) => ({
            name: one.field.replace(/^body\./, '') as keyof Typed,
            errors: [one.reason],
          })),
        );
      }
    } finally {
      setBusy(false);
    }
  };
  const required = [{ required: true, message: t.signIn.missing }];
  return (
    <Modal
      open
      title={t.accounts.createTitle}
      okText={password ? t.common.close : t.accounts.create}
      cancelText={t.common.cancel}
      cancelButtonProps={password ? { style: { display: 'none' } } : undefined}
      okButtonProps={{ loading: busy }}
      onOk={() => (password ? onClose() : form.submit())}
      onCancel={onClose}
      width={440}
    >
      {password ? (
        <Alert
          type="success"
          showIcon
          title={t.accounts.created}
          description={
            <>
              <p>
                {t.accounts.firstPassword}
                {pick('：', ': ')}
                <Typography.Text copyable code>
                  {password}
                </Typography.Text>
              </p>
              <p>{t.accounts.firstPasswordNote}</p>
            </>
          }
        />
      ) : (
        <Form form={form} layout="vertical" onFinish={(typed) => void create(typed)}>
          <Form.Item name="name" label={t.accounts.name} rules={required}>
            <Input maxLength={50} />
          </Form.Item>
          <Form.Item
            name="username"
            label={t.accounts.username}
            extra={t.accounts.usernameHint}
            rules={required}
          >
            <Input maxLength={60} autoCapitalize="none" autoComplete="off" spellCheck={false} />
          </Form.Item>
          <Form.Item name="role" label={t.accounts.role} rules={required}>
            <Select options={Object.entries(t.accounts.roles).map(([value, label]) => ({ value, label }))} />
          </Form.Item>
          <Form.Item name="unionId" label={t.accounts.union} rules={required}>
            <UnionPick />
          </Form.Item>
          <Form.Item name="memberIdNumber" label={t.accounts.memberId}>
            <Input maxLength={30} autoComplete="off" />
          </Form.Item>
        </Form>
      )}
      {fault ? <Alert type="error" showIcon title={fault} role="alert" /> : null}
    </Modal>
  );
};
