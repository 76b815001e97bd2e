import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Form, Select } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { useTexts } from '../texts/texts.ts';
import { ApiError } from '../transport.ts';

/** Hand a task over, or ask a colleague to decide beside me. */
export const ColleagueDialog = ({
  act,
  caseId,
  onClose,
}: {
  act: 'hand-over' | 'countersign' | null;
  caseId: string;
  onClose: () => void;
}) => {
  const t = useTexts();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [chosen, setChosen] = useState<string | undefined>();
  const colleagues = useQuery({
    queryKey: ['cases', caseId, 'colleagues'],
    queryFn: () => api.cases.colleagues({ params: { id: caseId } }),
    enabled: act !== null,
  });
  const send = async (note: string): Promise<void> => {
    if (!chosen) throw new ApiError(400, 'colleague-missing', t.cases.colleagueHint);
    const call = { params: { id: caseId }, body: { accountId: chosen, note } };
    await (act === 'hand-over' ? api.cases.handOver(call) : api.cases.countersign(call));
    void message.success(act === 'hand-over' ? t.cases.handedOver : t.cases.countersigned);
    await queryClient.invalidateQueries({ queryKey: ['cases'] });
  };
  return (
    <ReasonDialog
      open={act !== null}
      title={act === 'countersign' ? t.cases.countersignTitle : t.cases.handOverTitle}
      label={t.funds.note}
      okText={act === 'countersign' ? t.cases.countersign : t.cases.handOver}
      onClose={onClose}
      onOk={send}
    >
      <p className="quiet">{act === 'countersign' ? t.cases.countersignNote : t.cases.handOverNote}</p>
      <Form layout="vertical" component="div">
        <Form.Item label={t.cases.colleague} htmlFor="colleague" required style={{ marginBottom: 0 }}>
          <Select
            id="colleague"
            showSearch={{ optionFilterProp: 'label' }}
            notFoundContent={colleagues.isSuccess ? t.cases.noColleague : null}
            placeholder={t.cases.colleagueHint}
            value={chosen}
            onChange={setChosen}
            loading={colleagues.isFetching}
            options={colleagues.data?.items.map((one) => ({
              value: one.accountId,
              label: `${one.name} · ${one.office}`,
            }))}
            style={{ width: '100%' }}
          />
        </Form.Item>
      </Form>
    </ReasonDialog>
  );
};
