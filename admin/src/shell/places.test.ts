import { expect, it } from 'vitest';
import type { Session } from '../session.ts';
import { isBarred, placesFor } from './places.ts';

const withPermissions = (...permissions: Session['permissions']): string[] =>
  placesFor({ permissions } as Session).flatMap((group) => group.places.map((place) => place.page));

it('shows a leader what everybody has and nothing else', () => {
  expect(withPermissions('dashboards.view')).toEqual([
    'home',
    'messages',
    'catalogue',
    'calendar',
    'privacy',
  ]);
});

it('shows the payment pages to whoever may see payments', () => {
  expect(withPermissions('disbursements.view')).toEqual(
    expect.arrayContaining(['funds', 'payments', 'batches', 'exceptions']),
  );
});

it('opens the imports for either roster', () => {
  expect(withPermissions('unions.import')).toContain('imports');
  expect(withPermissions('members.import')).toContain('imports');
  expect(withPermissions('members.view')).not.toContain('imports');
});

it('bars the address of a page that is not mine, and no page below it', () => {
  const session = { permissions: ['members.view'] } as unknown as Session;
  expect(['/members', '/', '/me', '/batches/one'].map((path) => isBarred(session, path))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(['/audit', '/imports', '/system'].map((path) => isBarred(session, path))).toEqual([
    true,
    true,
    true,
  ]);
});
