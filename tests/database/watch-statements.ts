import { afterAll, expect } from 'vitest';
import { takeFindings, watchStatements } from './citus-rules.ts';

// For every file of a project: what the product sent in it must run on a federation whose schema is sharded.
watchStatements();
afterAll(() => expect(takeFindings().broken).toEqual([]));
