/** A long name in a table: cut at the end, whole on hover and for screen readers. */
export const Clipped = ({ text }: { text: string }) => (
  <span className="clipped" title={text}>
    {text}
  </span>
);
