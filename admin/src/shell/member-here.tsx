import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Result } from 'antd';
import { api } from '../client.ts';
import { useTexts } from '../texts/texts.ts';

/** A member's session opened the cadres' web: say so plainly and show both ways on. */
export const MemberHere = () => {
  const t = useTexts();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const change = async (): Promise<void> => {
    await api.accounts.signOut().catch(() => undefined);
    queryClient.clear();
    await navigate({ to: '/sign-in', search: {} });
  };
  return (
    <Result
      status="info"
      title={<h1 className="state-title">{t.shell.memberSignedIn}</h1>}
      extra={[
        <Button key="member" type="primary" href="/">
          {t.shell.toMemberApp}
        </Button>,
        <Button key="cadre" onClick={() => void change()}>
          {t.shell.signInAsCadre}
        </Button>,
      ]}
    />
  );
};
