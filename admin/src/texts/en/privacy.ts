/** Words of the page on which one asks and another allows. */
export const privacy = {
  privacy: {
    title: 'Personal data',
    note: 'Opening a member’s data without the permission, or exporting a long list, needs another person (an auditor): 60 minutes at most, all on record, and the member sees it.',
    ask: 'Ask for urgent access',
    memberNumber: 'Member number',
    reason: 'Reason',
    suggestions: [
      'Hospital must reach the family',
      'Bank returned the card',
      'Superior asks for a check today',
    ],
    asked: 'Sent; the auditors have been told',
    kinds: { opening: 'Urgent access', export: 'Export' },
    subjects: { members: 'Members', cases: 'Cases' },
    statuses: { asked: 'Waiting', granted: 'Granted', declined: 'Declined' },
    until: (time: string) => `until ${time}`,
    by: 'Asked by',
    decidedBy: 'Decided by',
    grant: 'Grant 30 minutes',
    decline: 'Decline',
    decided: 'Done; the person who asked is told',
    open: 'Open',
    opened: 'Recorded; the member sees it',
    fields: { idNumber: 'ID number', phone: 'Phone', bankCard: 'Bank card' },
    empty: 'No requests',
    emptyNote: 'What you asked for and what waits for you stands here.',
    exportAsked:
      'That is a long list, so your request was sent. Once granted, export again with the same filters within 60 minutes.',
  },
};
