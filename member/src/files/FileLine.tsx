import Progress from '@nutui/nutui-react-taro/dist/es/packages/progress/index';
import '@nutui/nutui-react-taro/dist/es/packages/progress/style/css';
import { Button } from '../parts/Button.tsx';
import { Icon } from '../parts/Icon.tsx';
import { sizeText } from '../format.ts';
import { useTexts } from '../texts/index.ts';
import { usePreview } from './preview.ts';
import type { Source } from './source.ts';
import type { Uploaded } from './upload.ts';

/** An upload under way or refused. */
export interface Line {
  key: number;
  source: Source;
  state: 'sending' | 'refused';
  received: number;
  waiting: boolean;
  reason: string;
}

interface FileLineProps {
  line?: Line;
  fileId?: string;
  file?: Uploaded | null;
  onRemove: () => void;
}

/** One photo or paper: its picture, how far it has come, and a way to take it out. */
export function FileLine({ line, fileId, file, onRemove }: FileLineProps) {
  const texts = useTexts();
  const stored = usePreview(fileId && file?.mediaType !== 'application/pdf' ? fileId : null);
  const picture = line ? line.source.preview : stored;
  const name = line?.source.name ?? file?.name ?? texts.files.ready;
  const percent = line ? Math.floor((line.received / Math.max(1, line.source.size)) * 100) : 100;
  return (
    <li className="photo">
      {picture ? (
        <img className="photo-picture" src={picture} alt="" />
      ) : (
        <span className="photo-picture photo-blank">
          <Icon name="paper" />
        </span>
      )}
      <div className="row-body">
        <span className="photo-name">{name}</span>
        {line?.state === 'sending' ? (
          <>
            <div aria-hidden="true">
              <Progress percent={percent} strokeWidth="6" color="var(--success)" background="var(--line)" />
            </div>
            <span className="photo-state quiet">
              {line.waiting ? texts.files.waiting : texts.files.uploading(percent)}
            </span>
          </>
        ) : null}
        {line?.state === 'refused' ? (
          <span className="photo-state field-fault" role="alert">
            <Icon name="alert" /> {line.reason || texts.files.refused}
          </span>
        ) : null}
        {line ? null : (
          <span className="photo-state tone-success">
            <Icon name="check" /> {texts.files.ready}
            {file ? ` · ${sizeText(file.size)}` : ''}
          </span>
        )}
      </div>
      <Button look="quiet" label={texts.files.removeNamed(name)} onClick={onRemove}>
        {texts.files.remove}
      </Button>
    </li>
  );
}
