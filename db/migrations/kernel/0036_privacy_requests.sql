-- One asks, another grants, for a while: to open somebody's sealed fields without the permission (break-glass), or to export
-- a long list.
create table privacy_request (
  id uuid primary key,
  kind text not null check (kind in ('opening', 'export')),
  account_id uuid not null references account (id),
  who text not null,
  office text not null,
  union_path text collate "C" not null,
  -- Of an opening.
  member_id uuid,
  member_number text,
  -- Of an export.
  subject text check (subject in ('members', 'cases')),
  query_hash bytea,
  reason text not null,
  asked_at timestamptz not null,
  status text not null check (status in ('asked', 'granted', 'declined')),
  decided_by uuid references account (id),
  decided_who text,
  decided_at timestamptz,
  -- Nothing ends it but this instant: a server that was killed in between has nothing to undo.
  expires_at timestamptz,
  used_at timestamptz,
  check ((kind = 'opening') = (member_id is not null) and (kind = 'export') = (query_hash is not null)),
  check ((status = 'asked') = (decided_by is null)),
  check (decided_by <> account_id)
);

create index privacy_request_account on privacy_request (account_id, asked_at desc);

create index privacy_request_union on privacy_request (union_path, asked_at desc);

grant select, insert, update on privacy_request to smart_union_app;
