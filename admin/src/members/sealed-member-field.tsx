import { api } from '../client.ts';
import { SealedValue } from '../page/sealed-value.tsx';

interface Props {
  memberId: string;
  field: 'idNumber' | 'phone' | 'bankCard';
  name: string;
  masked: string | null;
  mayOpen: boolean;
}

/** A member's sealed data behind its mask; opening it is recorded and the member sees it. */
export const SealedMemberField = ({ memberId, field, name, masked, mayOpen }: Props) => (
  <SealedValue
    masked={masked}
    name={name}
    mayOpen={mayOpen}
    open={async (reason) => {
      const { values, hideAfterSeconds } = await api.members.disclose({
        params: { id: memberId },
        body: { fields: [field], reason },
      });
      return { value: values[field] ?? null, hideAfterSeconds };
    }}
  />
);
