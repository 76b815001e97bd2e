import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { useTexts } from '../texts/texts.ts';
import type { CaseDetail } from './cases.ts';

/** In special cases the district visits in person instead of paying to the card, or goes back to the card. */
export const ChannelAct = ({ detail }: { detail: CaseDetail }) => {
  const t = useTexts();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState(false);
  if (!detail.can.includes('change-channel')) return null;
  const other = detail.channel === 'home-visit' ? 'bank-card' : 'home-visit';
  const words = other === 'home-visit' ? t.cases.toVisit : t.cases.toCard;
  return (
    <>
      <Button size="small" onClick={() => setAsking(true)}>
        {words}
      </Button>
      <ReasonDialog
        open={asking}
        title={words}
        label={t.cases.channelReason}
        okText={words}
        onClose={() => setAsking(false)}
        onOk={async (reason) => {
          await api.claims.chooseVisit({ params: { id: detail.id }, body: { channel: other, reason } });
          await queryClient.invalidateQueries({ queryKey: ['cases', 'one', detail.id] });
          await queryClient.invalidateQueries({ queryKey: ['disbursements'] });
        }}
      />
    </>
  );
};
