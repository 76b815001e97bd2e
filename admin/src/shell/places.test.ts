import { expect, it } from 'vitest';
import type { Session } from '../session.ts';
import { placesFor } from './places.ts';

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
