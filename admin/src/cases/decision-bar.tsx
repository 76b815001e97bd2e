import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Dropdown, Grid, Modal, Tooltip } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { api } from '../client.ts';
import { Check, Close, Help, Return } from '../page/icons.tsx';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { formatMoney } from '../texts/formats.ts';
import { pick, useTexts } from '../texts/texts.ts';
import { ApiError, newIdempotencyKey } from '../transport.ts';
import type { useCaseQueue } from './case-queue.ts';
import { caseQuery, mayDecide, type CaseDetail, type Outcome } from './cases.ts';
import { stageName } from './definition.ts';
import { ColleagueDialog } from './colleague-dialog.tsx';
import { ReturnDialog } from './return-dialog.tsx';

type Asking = Outcome | 'help' | 'hand-over' | 'countersign' | null;

// A key pressed while somebody writes, or while a dialog is open, belongs to that and not to the case. A dialog that
// has just closed keeps the focus for a moment: it counts only while it can be seen.
const isTyping = (target: EventTarget | null): boolean => {
  if (!(target instanceof HTMLElement)) return false;
  const owner = target.closest(
    'input, textarea, select, [contenteditable], .ant-modal-wrap, .ant-select, .ant-dropdown',
  );
  return owner !== null && owner.checkVisibility();
};

/** The decision, fixed below the case: buttons, keys, and the next case at once after it. */
export const DecisionBar = ({
  detail,
  queue,
}: {
  detail: CaseDetail;
  queue: ReturnType<typeof useCaseQueue>;
}) => {
  const t = useTexts();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const wide = Grid.useBreakpoint().md !== false;
  const [asking, setAsking] = useState<Asking>(null);
  const key = useRef('');
  const may = (act: string): boolean => detail.can.includes(act);
  const ask = (act: Asking): void => {
    key.current = newIdempotencyKey();
    setAsking(act);
  };

  const press = useRef<(event: KeyboardEvent) => void>(() => undefined);
  press.current = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || asking !== null || isTyping(event.target)) return;
    const acts: Record<string, () => void> = {
      a: () => may('approve') && ask('approve'),
      r: () => may('return') && ask('return'),
      d: () => may('decline') && ask('decline'),
      j: () => queue.go(queue.next),
      k: () => queue.go(queue.previous),
      '?': () => setAsking('help'),
    };
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  };
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => press.current(event);
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);

  const decide = async (outcome: Outcome, note: string, returnTo?: string): Promise<void> => {
    try {
      await api.cases.decide(
        {
          params: { id: detail.id },
          body: { outcome, note: note || undefined, returnTo, version: detail.version },
        },
        { idempotencyKey: key.current },
      );
    } catch (error) {
      // Somebody else was quicker: show the case as it is now, with the words kept in the open dialog.
      if (error instanceof ApiError && error.status === 409) {
        await queryClient.invalidateQueries({ queryKey: caseQuery(detail.id).queryKey });
      }
      throw error;
    }
    const { next } = queue;
    void message.success(`${t.cases.decided[outcome]} · ${next ? t.cases.nextShown : t.cases.lastOne}`);
    if (next) queue.go(next);
    else queue.leave();
    await Promise.all(
      [['cases'], ['dashboards'], ['disbursements'], ['funds']].map((queryKey) =>
        queryClient.invalidateQueries({ queryKey }),
      ),
    );
  };

  const deciding = mayDecide(detail);
  const more = (['hand-over', 'countersign'] as const).filter(may);
  const money = detail.amountFen === null ? '' : formatMoney(detail.amountFen);
  return (
    <>
      <div className="decision-bar" role="region" aria-label={t.cases.decisionTitle}>
        {deciding ? (
          <>
            <Act
              main
              label={t.cases.approve}
              hint="A"
              icon={<Check />}
              disabled={!may('approve')}
              onClick={() => ask('approve')}
            />
            <Act
              label={t.cases.return}
              hint="R"
              icon={<Return />}
              disabled={!may('return')}
              onClick={() => ask('return')}
            />
            <Act
              danger
              label={t.cases.decline}
              hint="D"
              icon={<Close />}
              disabled={!may('decline')}
              onClick={() => ask('decline')}
            />
            {more.length > 0 ? (
              <Dropdown
                trigger={['click']}
                menu={{
                  items: more.map((act) => ({
                    key: act,
                    label: act === 'hand-over' ? t.cases.handOver : t.cases.countersign,
                    onClick: () => ask(act),
                  })),
                }}
              >
                <Button size="large">…</Button>
              </Dropdown>
            ) : null}
          </>
        ) : (
          <span className="quiet">
            {detail.cannotDecide ? (
              <>
                <strong>{t.cases.cannotDecide}</strong> {pick(detail.cannotDecide, detail.cannotDecideEn)}
              </>
            ) : (
              t.cases.notYours
            )}
          </span>
        )}
        {deciding && detail.actsFor ? (
          <span className="quiet">{t.cases.actingFor(detail.actsFor)}</span>
        ) : null}
        <span className="grow" />
        {wide ? (
          <Button type="text" icon={<Help />} onClick={() => setAsking('help')}>
            {t.cases.keys} <kbd>?</kbd>
          </Button>
        ) : null}
      </div>
      <ReasonDialog
        open={asking === 'approve'}
        title={t.cases.approveTitle}
        label={t.cases.approveReason}
        least={0}
        okText={t.cases.approve}
        onClose={() => setAsking(null)}
        onOk={(note) => decide('approve', note)}
      >
        {money ? <p>{t.cases.approveNote(money)}</p> : null}
      </ReasonDialog>
      <ReasonDialog
        open={asking === 'decline'}
        title={t.cases.declineTitle2}
        label={t.cases.declineReason}
        suggestions={t.cases.declineSuggestions}
        okText={t.cases.decline}
        danger
        onClose={() => setAsking(null)}
        onOk={(note) => decide('decline', note)}
      >
        <p>{t.cases.declineNote}</p>
      </ReasonDialog>
      <ReturnDialog
        open={asking === 'return'}
        targets={detail.returnTargets.map(({ stage, title }) => ({
          stage,
          title: stageName(detail, stage, title),
        }))}
        onClose={() => setAsking(null)}
        onReturn={(note, stage) => decide('return', note, stage)}
      />
      <ColleagueDialog
        act={asking === 'hand-over' || asking === 'countersign' ? asking : null}
        caseId={detail.id}
        onClose={() => setAsking(null)}
      />
      <Modal
        open={asking === 'help'}
        title={t.cases.keys}
        footer={null}
        onCancel={() => setAsking(null)}
        width={360}
      >
        <dl className="facts">
          {t.cases.keysList.map(([name, meaning]) => (
            <div className="fact" key={name}>
              <dt>
                <kbd>{name}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Modal>
    </>
  );
};

interface ActProps {
  label: string;
  hint: string;
  icon: React.ReactNode;
  disabled: boolean;
  onClick: () => void;
  main?: boolean;
  danger?: boolean;
}

const Act = ({ label, hint, icon, disabled, onClick, main, danger }: ActProps) => (
  <Tooltip title={disabled ? null : hint} placement="top">
    <Button
      size="large"
      type={main ? 'primary' : 'default'}
      danger={danger}
      icon={icon}
      disabled={disabled}
      onClick={onClick}
      aria-keyshortcuts={hint}
    >
      {label}
    </Button>
  </Tooltip>
);
