-- Backups made by the command line, so that the operator sees when the last one was, and whether it was proved.
create table platform.backup (
  id uuid primary key,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  size_bytes bigint not null,
  row_count bigint not null,
  file_count bigint not null,
  with_keys boolean not null,
  verified_at timestamptz
);

create index backup_finished on platform.backup (finished_at desc);

grant select on platform.backup to smart_union_app;

grant select (id, since) on platform.key_ring to smart_union_app;
