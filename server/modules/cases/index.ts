/** Front door of `cases`: one engine for everything a person may apply for. */
export { mountCases, describeItem } from './routes.ts';
export { publishCatalogue, publishItems, listItems, getItem, type PublishedItem } from './catalogue-items.ts';
export { ownCases, type CaseOwner, type FiledCase } from './owners.ts';
export { addToTimeline, type CaseFollowUp } from './timeline.ts';
export { closeCase, reopenCase } from './close-case.ts';
