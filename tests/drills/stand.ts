import pg from 'pg';
import { inject } from 'vitest';
import { databaseUrl } from '../database/template.ts';
import {
  buildServer,
  freshName,
  removeFolder,
  setStage,
  temporaryFolder,
  type Stage,
} from '../faults/stage.ts';

/** What built servers are drilled on: a database of its own with the fixture world, and a folder for theirs. */
export interface Stand {
  url: string;
  folder: string;
  stage: Stage;
  drop(): Promise<void>;
}

export async function setStand(): Promise<Stand> {
  buildServer();
  const folder = await temporaryFolder();
  const { adminUrl } = inject('template');
  const name = freshName();
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(
    `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
  );
  const url = databaseUrl(adminUrl, name);
  const stage = await setStage(url, `${folder}/stage`);
  return {
    url,
    folder,
    stage,
    async drop() {
      await stage.close();
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.end();
      await removeFolder(folder);
    },
  };
}
