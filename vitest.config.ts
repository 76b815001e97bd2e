import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
const exclude = ['**/node_modules/**', '**/dist/**', '.cache/**', 'data/**'];

/** The template database every test database is cloned from; projects that need PostgreSQL share it. */
const database = ['./tests/database/setup.ts'];

/** Chance that `npm test` meets each time alike. */
const seeded = './tests/seeded.ts';

/** For what hangs, not for what is slow: a machine with ten other things to do takes ten times as long. */
const patience = { testTimeout: 300_000, hookTimeout: 300_000 };

/** `npm test` runs the projects one after another; `npx vitest run --project api` runs one. */
export default defineConfig({
  test: {
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: [
            'packages/**/*.test.ts',
            'catalogue/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
            'admin/**/*.test.ts',
          ],
          exclude,
          setupFiles: [seeded],
          ...patience,
        },
      },
      {
        root,
        test: {
          name: 'api',
          // Whatever lies under tests/ and has no project of its own below belongs here: no test file is left out.
          include: ['server/**/*.test.ts', 'db/**/*.test.ts', 'tests/**/*.test.ts'],
          exclude: [...exclude, 'tests/{architecture,scope,input,faults,servers,journeys}/**'],
          globalSetup: database,
          setupFiles: [seeded, './tests/database/watch-statements.ts'],
          ...patience,
        },
      },
      {
        root,
        test: {
          name: 'member',
          // Beside its sources: the member app resolves its own React from its own node_modules.
          include: ['member/tests/**/*.test.ts', 'member/src/**/*.test.{ts,tsx}'],
          exclude,
          ...patience,
        },
      },
      {
        root,
        test: {
          name: 'architecture',
          include: ['tests/architecture/**/*.test.ts'],
          exclude,
          ...patience,
        },
      },
      {
        root,
        test: {
          name: 'scope',
          include: ['tests/scope/**/*.test.ts', 'tests/input/**/*.test.ts'],
          exclude,
          setupFiles: [seeded],
          globalSetup: database,
          ...patience,
        },
      },
      {
        root,
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          exclude,
          globalSetup: database,
          maxWorkers: 1,
          ...patience,
        },
      },
      {
        root,
        test: {
          name: 'servers',
          include: ['tests/servers/**/*.test.ts'],
          exclude,
          globalSetup: database,
          // One after another: each starts several servers and measures how they share two cores.
          maxWorkers: 1,
          ...patience,
        },
      },
      {
        root,
        test: {
          name: 'journeys',
          include: ['tests/journeys/**/*.test.ts'],
          exclude,
          globalSetup: [...database, './tests/journeys/first-look.ts'],
          // One worker: a journey drives two faces of one server and measures what a person waits for.
          maxWorkers: 1,
          ...patience,
        },
      },
    ],
  },
});
