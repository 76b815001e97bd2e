import { Link } from '@tanstack/react-router';
import { Result } from 'antd';
import { SearchX } from '../page/icons.tsx';
import { useTexts } from '../texts/texts.ts';

export const Missing = () => {
  const t = useTexts();
  return (
    <Result
      icon={<SearchX />}
      title={<h1 className="state-title">{t.states.notFound}</h1>}
      subTitle={t.states.notFoundNote}
      extra={<Link to={'/' as never}>{t.shell.pages.home}</Link>}
    />
  );
};
