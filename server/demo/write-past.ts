import { chance, fileClaim, pickMembers, type Past } from './past-claims.ts';

const hour = 3_600_000;
const day = 24 * hour;

const ofToday = 9;

interface Step {
  at: Date;
  act(): Promise<void>;
}

/** Work of cadres happens in office hours: an instant moved to 9–17 o'clock in Shanghai of the same day. */
const inOffice = (at: Date, random: () => number) => {
  const midnight = Math.floor((at.getTime() + 8 * hour) / day) * day - 8 * hour;
  return new Date(midnight + (9 + random() * 8) * hour);
};

/**
 * A year of claims through the real routes, in order of time: filed, reviewed, approved, paid in batches, some on
 * their way today. `count` claims in all. Progress is told after every tenth.
 */
export async function writePast(
  past: Past,
  reviewer: string,
  count: number,
  now: Date,
  told: (done: number) => void,
) {
  const random = chance(20_180_101);
  const { driver, people } = past;
  const members = await pickMembers(past, count - 2);
  // One demo member has had her two of the year, so that her third is refused with the reason.
  const { wang } = past.people.members;
  members.splice(Math.floor(count / 4), 0, { id: wang });
  members.splice(Math.floor(count / 2), 0, { id: wang });
  const yearStart = new Date(`${now.getUTCFullYear()}-01-05T02:00:00Z`);
  const span = Math.max(20 * day, now.getTime() - yearStart.getTime());
  const steps: Step[] = [];
  let done = 0;
  members.forEach(({ id }, index) => {
    // The last ones are of the past day, so that every desk has something to do; before that, denser towards today.
    const left = members.length - 1 - index;
    const open = left < ofToday;
    const share = (index + 1) / (members.length - ofToday + 1);
    const filed = new Date(
      now.getTime() - (open ? (left + 1) * 2.6 * hour : day + span * (1 - Math.sqrt(share))),
    );
    steps.push({
      at: filed,
      act: async () => {
        const caseId = await fileClaim(past, id, filed, index + 1);
        done += 1;
        if (done % 10 === 0) told(done);
        if (open && index % 3 === 0) return;
        const soon = open
          ? new Date(filed.getTime() + hour)
          : inOffice(new Date(filed.getTime() + 6 * hour), random);
        const reviewed = soon > filed ? soon : new Date(filed.getTime() + hour);
        steps.push(decision(reviewer, caseId, reviewed));
        if (open && index % 3 === 1) return;
        steps.push(
          decision(
            people.accounts.qian!,
            caseId,
            new Date(reviewed.getTime() + (open ? 1 : 2 + random() * 20) * hour),
          ),
        );
      },
    });
  });
  const decision = (accountId: string, caseId: string, at: Date): Step => ({
    at,
    act: async () => {
      await driver.as({ accountId }).cases.decide({ params: { id: caseId }, body: { outcome: 'approve' } });
    },
  });
  const lastPayment = now.getTime() - 0.4 * day;
  for (let at = yearStart.getTime() + 3 * day; at < lastPayment; at += day) {
    const paidAt = inOffice(new Date(at), random);
    steps.push({ at: paidAt, act: () => payWhatIsReady(past, paidAt) });
  }
  while (steps.length > 0) {
    steps.sort((a, b) => a.at.getTime() - b.at.getTime());
    const next = steps.shift()!;
    if (next.at > now) continue;
    past.setNow(next.at);
    await next.act();
  }
}

/** Prepares, releases and sends what is ready, and reads the bank’s answer the same day. */
async function payWhatIsReady(past: Past, at: Date): Promise<void> {
  const treasurer = past.driver.as({ accountId: past.people.accounts.jiang! });
  const payer = past.driver.as({ accountId: past.people.accounts.shen! });
  const { items: funds } = await treasurer.disbursements.listFunds();
  const fund = funds[0]!;
  const ready = await treasurer.disbursements.list({
    query: { status: 'ready', fundId: fund.id, pageSize: 1 },
  });
  if (ready.total === 0) return;
  const batch = await treasurer.disbursements.createBatch({ body: { fundId: fund.id } });
  const params = { id: batch.id };
  past.setNow(new Date(at.getTime() + hour));
  await payer.disbursements.releaseBatch({ params });
  await payer.disbursements.markSent({ params });
  past.setNow(new Date(at.getTime() + 5 * hour));
  const answer = (await treasurer.disbursements.demoReturn({ params })) as Buffer;
  await treasurer.disbursements.importReturn(
    { params, query: { fileName: '模拟回盘.csv' } },
    { raw: answer },
  );
}
