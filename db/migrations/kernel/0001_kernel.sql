-- Rows of audit_event, access_event are only ever added: the application's role may not change or delete them.
-- A lane is one hash chain; each pooled connection writes to its own lane, so writers do not queue behind one head.
create table audit_lane (
  lane smallint primary key,
  sequence bigint not null,
  hash bytea not null
);

create table audit_event (
  lane smallint not null,
  sequence bigint not null,
  at timestamptz not null,
  kind text not null,
  account_id uuid,
  member_id uuid,
  subject text not null,
  subject_id uuid,
  union_path text collate "C" not null,
  payload text not null,
  hash bytea not null,
  primary key (lane, sequence)
);

create index audit_event_at on audit_event (at desc);

create index audit_event_subject on audit_event (subject_id, at desc);

-- Who opened which sealed fields of whom: the member reads these rows as 谁看过我的信息.
create table access_event (
  id uuid primary key,
  at timestamptz not null,
  member_id uuid not null,
  union_path text collate "C" not null,
  account_id uuid,
  who text not null,
  office text not null,
  fields text[] not null,
  reason text not null,
  case_id uuid,
  case_number text
);

create index access_event_member on access_event (member_id, at desc);

create table idempotency_key (
  actor text not null,
  key text not null,
  route text not null,
  request_hash bytea not null,
  reply text,
  created_at timestamptz not null,
  primary key (actor, key)
);

create index idempotency_key_created on idempotency_key (created_at);

create table calendar_day (
  on_date date primary key,
  kind text not null check (kind in ('holiday', 'make-up')),
  name text not null,
  source text not null
);

create table file (
  id uuid primary key,
  owner_member_id uuid,
  owner_account_id uuid,
  member_id uuid,
  union_path text collate "C" not null,
  case_id uuid,
  field text,
  name text not null,
  size bigint not null check (size > 0),
  received bigint not null check (received >= 0 and received <= size),
  media_type text,
  width int,
  height int,
  sha256 bytea,
  stored_as text,
  preview_as text,
  status text not null check (status in ('uploading', 'ready', 'refused')),
  reason text,
  created_at timestamptz not null
);

create index file_case on file (case_id);

create index file_owner on file (owner_member_id, created_at);

-- Figures per union: own and with everything under it. Changes arrive as deltas in the transaction that causes them
-- and are folded within a second or two, so no overview ever counts members.
create table rollup (
  union_path text collate "C" not null,
  metric text not null,
  period text not null,
  own bigint not null,
  subtree bigint not null,
  primary key (union_path, metric, period)
);

create table rollup_delta (
  id bigint generated always as identity primary key,
  union_path text collate "C" not null,
  metric text not null,
  period text not null,
  amount bigint not null
);

create table rollup_state (
  id smallint primary key check (id = 1),
  folded_at timestamptz not null,
  version bigint not null
);
