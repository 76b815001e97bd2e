-- Federations on their way to another database. 'leaving': somebody moves it away; its writes are refused until `at`, which is renewed
-- while the mover lives. 'left': served elsewhere; its old rows stay here for whoever wants to compare. 'arriving': copied here and
-- not served yet; `content` is what it takes to list it, with the jobs that wait.
create table platform.federation_move (
  code text not null,
  stage text not null check (stage in ('leaving', 'left', 'arriving')),
  at timestamptz not null,
  peer text not null,
  content jsonb not null default '{}',
  primary key (code, stage)
);

grant select (code, stage, at) on platform.federation_move to smart_union_app;
