/** Front door of `members`: who belongs to which union since when, and what may be known of her. */
export { bankCardOf, setBankCard } from './bank-card.ts';
export { enrolMembers, type NewMember } from './enrol-members.ts';
export { getMember, type MemberPlace } from './find-member.ts';
export { importMembersFile } from './import-members.ts';
export { mountMembers } from './routes.ts';
export { isNewForm } from './segments.ts';
export { discloseFields } from './disclose-member.ts';
