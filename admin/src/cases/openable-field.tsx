import { api } from '../client.ts';
import { SealedValue } from '../page/sealed-value.tsx';
import { holds, useSession } from '../session.ts';
import type { CaseDetail } from './cases.ts';

interface Props {
  detail: CaseDetail;
  /** Id of the form field. */
  field: string;
  name: string;
  masked: string | null;
}

/** A sealed value of a case, opened for this case and recorded with its number. */
export const OpenableField = ({ detail, field, name, masked }: Props) => (
  <SealedValue
    masked={masked}
    name={name}
    mayOpen={holds(useSession(), 'cases.open')}
    open={async (reason) => {
      const { values, hideAfterSeconds } = await api.cases.disclose({
        params: { id: detail.id },
        body: { fields: [field], reason },
      });
      return { value: values[field] ?? null, hideAfterSeconds };
    }}
  />
);
