import { hospitalConsolation } from '@smart-union/catalogue/benefits/hospital-consolation/definition.ts';
import type { PersonName, TestApp } from '../database/test-app.ts';
import { pngPhoto } from '../world/photos.ts';

const { code } = hospitalConsolation;
const card = { near: '6222021234567890128', far: '6225880137245917' } as const;

/** A claim as the member files it; the hospital's name is the canary of its district. */
export async function fileClaim(t: TestApp, person: PersonName, month: number, hospital: string) {
  const client = t.as(person);
  const draft = await client.cases.open({ body: { itemCode: code } });
  const receipt = await t.upload(person, `${hospital}票据.png`, await pngPhoto());
  const day = (on: number) => `2026-${String(month).padStart(2, '0')}-${String(on).padStart(2, '0')}`;
  const answers = {
    receipts: [receipt],
    hospital,
    admittedOn: day(1),
    dischargedOn: day(4),
    diagnosis: '肺炎',
    bankCard: person === 'liu' ? card.far : card.near,
  };
  const saved = await client.cases.saveAnswers({
    params: { id: draft.id },
    body: { answers, version: draft.version },
  });
  if (saved.faults.length > 0) throw new Error(JSON.stringify(saved.faults));
  await client.cases.submit({ params: { id: draft.id }, body: { version: saved.version } });
  return { id: draft.id, receipt };
}

export const approve = (t: TestApp, person: string, id: string) =>
  t.as(person as PersonName).cases.decide({ params: { id }, body: { outcome: 'approve' } });
