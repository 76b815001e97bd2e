-- What the proofs of audit log, ledger and figures last found. Rows are added, never changed.
create table check_run (
  id uuid primary key,
  kind text not null check (kind in ('audit', 'ledger', 'figures')),
  started_at timestamptz not null,
  millis bigint not null,
  ok boolean not null,
  faults bigint not null,
  rows_seen bigint,
  place text
);

create index check_run_kind on check_run (kind, started_at desc);

-- How far a proof under way has come, told from a transaction beside its own.
create table check_progress (
  kind text primary key check (kind in ('audit', 'ledger', 'figures')),
  done int not null,
  total int not null,
  told_at timestamptz not null
);

grant select, insert, delete on check_run to smart_union_app;

grant select, insert, update on check_progress to smart_union_app;
