import { Link } from '@tanstack/react-router';
import { Result } from 'antd';
import { SearchX } from '../page/icons.tsx';
import { useTexts } from '../texts/texts.ts';

export const Missing = () => {
  const t = useTexts();
  return (
    <Result
      icon={<SearchX />}
      title={t.states.notFound}
      subTitle={t.states.notFoundNote}
      extra={<Link to={'/' as never}>{t.shell.pages.home}</Link>}
    />
  );
};
