import type pg from 'pg';

/** A federation's jobs that are not done, as rows of the queue; read in the source's transaction. */
export async function readJobs(source: pg.Client, code: string): Promise<object[]> {
  const { rows } = await source.query<{ job: object }>(
    `select to_jsonb(job) as job from pgboss.job
    where data->>'federation' = $1 and state in ('created', 'retry', 'active', 'failed')`,
    [code],
  );
  return rows.map(({ job }) => job);
}

/**
 * Puts them into the other queue, whose tables must be there. What a server had in hand is begun anew: its writes were not
 * committed when the tables were copied.
 */
export async function writeJobs(target: pg.Client, code: string): Promise<void> {
  await target.query(
    `insert into pgboss.job
    select (jsonb_populate_record(null::pgboss.job,
      case when job->>'state' = 'active' then job || '{"state": "retry", "started_on": null}' else job end)).*
    from platform.federation_move, jsonb_array_elements(content->'jobs') as job
    where code = $1 and stage = 'arriving'`,
    [code],
  );
}
