import { readSource, serveReader } from './serve-reader.ts';

serveReader(readSource);
