import fc from 'fast-check';
import { effort, seed } from './input/effort.ts';

// Properties too try the same cases each time, and others, more of them, in the whole runs.
fc.configureGlobal({ seed, numRuns: 100 * effort });
