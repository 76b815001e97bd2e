import { Radio } from 'antd';
import { useState } from 'react';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { useTexts } from '../texts/texts.ts';

interface Props {
  open: boolean;
  targets: { stage: string; title: string }[];
  onClose: () => void;
  onReturn: (note: string, stage: string) => Promise<void>;
}

const applicant = 'applicant';

/** Return to the applicant or to any earlier stage; the decisions taken since that stage are voided. */
export const ReturnDialog = ({ open, targets, onClose, onReturn }: Props) => {
  const t = useTexts();
  const [stage, setStage] = useState(applicant);
  const choices = [
    { value: applicant, label: t.cases.returnToApplicant },
    ...targets
      .filter((target) => target.stage !== applicant)
      .map((target) => ({ value: target.stage, label: target.title })),
  ];
  return (
    <ReasonDialog
      open={open}
      title={t.cases.returnTitle}
      label={t.cases.returnReason}
      suggestions={t.cases.returnSuggestions}
      okText={t.cases.return}
      onClose={onClose}
      onOk={(note) => onReturn(note, stage)}
    >
      {choices.length > 1 ? (
        <fieldset className="choices">
          <legend>{t.cases.returnTo}</legend>
          <Radio.Group
            vertical
            value={stage}
            onChange={(event) => setStage(String(event.target.value))}
            options={choices}
          />
        </fieldset>
      ) : (
        <p className="quiet">
          {t.cases.returnTo} {t.cases.returnToApplicant}
        </p>
      )}
    </ReasonDialog>
  );
};
