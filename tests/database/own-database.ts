import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { appRole } from '../../server/kernel/migrations.ts';
import type { World } from '../world/world.ts';
import { databaseUrl, fillTemplate } from './template.ts';

interface Node {
  host: string;
  port: number;
  coordinator: boolean;
}

async function asOwner<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}

/** The nodes of the Citus cluster whose coordinator this is; none of a plain PostgreSQL. */
async function nodesOf(admin: pg.Client): Promise<Node[]> {
  const known = await admin.query<{ yes: boolean }>(
    `select to_regclass('pg_catalog.pg_dist_node') is not null as yes`,
  );
  if (!known.rows[0]!.yes) return [];
  const { rows } = await admin.query<Node>(
    `select nodename as host, nodeport as port, groupid = 0 as coordinator from pg_dist_node
    where noderole = 'primary' order by groupid`,
  );
  return rows;
}

function urlOn({ host, port }: Node, url: string): string {
  const there = new URL(url);
  [there.hostname, there.port] = [host, String(port)];
  return there.href;
}

/** Each worker must answer at the name by which the coordinator knows it, to the same user: Citus itself passes no database on. */
const onWorkers = async (
  nodes: readonly Node[],
  url: string,
  work: (client: pg.Client) => Promise<unknown>,
) => {
  for (const node of nodes.filter(({ coordinator }) => !coordinator)) await asOwner(urlOn(node, url), work);
};

const empty = "template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'";

/**
 * Makes a database with nothing in it: on every node of a Citus cluster, each with the extension, joined like the database
 * `adminUrl` names. Gives its address.
 */
export async function makeDatabase(adminUrl: string, name: string): Promise<string> {
  const url = databaseUrl(adminUrl, name);
  return asOwner(adminUrl, async (admin) => {
    const nodes = await nodesOf(admin);
    await admin.query(`create database ${name} ${empty}`);
    if (nodes.length === 0) return url;
    await onWorkers(nodes, adminUrl, (worker) => worker.query(`create database ${name} ${empty}`));
    await onWorkers(nodes, url, (worker) => worker.query('create extension if not exists citus'));
    await asOwner(url, async (owner) => {
      await owner.query('create extension if not exists citus');
      await owner.query(`alter database ${name} set citus.enable_schema_based_sharding = 'on'`);
      await owner.query(`alter database ${name} set citus.propagate_set_commands = 'local'`);
      for (const { host, port, coordinator } of nodes)
        await owner.query(`select ${coordinator ? 'citus_set_coordinator_host' : 'citus_add_node'}($1, $2)`, [host, port]); // prettier-ignore
    });
    return url;
  });
}

export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  const drop = (client: pg.Client) => client.query(`drop database if exists ${name} with (force)`);
  await asOwner(adminUrl, async (admin) => {
    const nodes = await nodesOf(admin);
    await drop(admin);
    await onWorkers(nodes, adminUrl, drop);
  });
}

/**
 * Whether test files build their databases instead of cloning the template: a clone of a coordinator lacks the workers' part.
 * On Citus also makes the application's role able to sign in on every node, as ops/citus/node.sql does. `TEST_DATABASES=built`
 * has any PostgreSQL go that way.
 */
export async function mustBuild(adminUrl: string): Promise<boolean> {
  return asOwner(adminUrl, async (admin) => {
    const nodes = await nodesOf(admin);
    const signIn = async (client: pg.Client) => {
      await client.query('set citus.enable_ddl_propagation to off');
      const known = await client.query('select from pg_roles where rolname = $1', [appRole]);
      await client.query(`${known.rowCount === 0 ? 'create' : 'alter'} role ${appRole} login`);
      await client.query(`grant ${appRole} to current_user`);
    };
    if (nodes.length > 0) await signIn(admin);
    await onWorkers(nodes, adminUrl, signIn);
    return nodes.length > 0 || process.env.TEST_DATABASES === 'built';
  });
}

/** A database of a test file's own with the fixture world in it: a clone of the template, or built where that cannot be cloned. */
export async function ownDatabase(): Promise<{
  url: string;
  name: string;
  world: World;
  drop(): Promise<void>;
}> {
  const { adminUrl, name: template, folder } = inject('template');
  const name = `su_test_${randomBytes(6).toString('hex')}`;
  const drop = () => dropDatabase(adminUrl, name);
  if (template === null) {
    const url = await makeDatabase(adminUrl, name);
    return { url, name, world: await fillTemplate(adminUrl, name, join(folder, `building-${name}`)), drop };
  }
  await asOwner(adminUrl, (admin) => admin.query(`create database ${name} template ${template}`));
  const world = JSON.parse(await readFile(join(folder, 'world.json'), 'utf8')) as World;
  return { url: databaseUrl(adminUrl, name), name, world, drop };
}
