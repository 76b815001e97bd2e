import { useEffect, type ReactNode } from 'react';
import { useTexts } from '../texts/texts.ts';

/** The heading of a page, with a line beside it and the page's acts at the right. Also names the browser tab. */
export const PageHead = ({ title, note, acts }: { title: string; note?: ReactNode; acts?: ReactNode }) => {
  const t = useTexts();
  useEffect(() => {
    document.title = `${title} · ${t.shell.product}`;
  }, [title, t]);
  return (
    <div className="page-head">
      <h1>{title}</h1>
      {note ? <span className="page-head-note">{note}</span> : null}
      {acts ? <div className="page-head-acts">{acts}</div> : null}
    </div>
  );
};
