-- Every list that left as a file: by whom, what for, and whose rows, so that a breach can be told person by person.
create table export_event (
  id uuid primary key,
  -- Stands in the file itself, in sight and out of it.
  number text not null unique,
  at timestamptz not null,
  account_id uuid,
  who text not null,
  office text not null,
  subject text not null check (subject in ('members', 'cases')),
  union_path text collate "C" not null,
  reason text not null,
  -- Of the question asked: an approval holds for this one only.
  query_hash bytea not null,
  row_count bigint not null,
  member_ids text[] not null,
  request_id uuid
);

create index export_event_at on export_event (at);

-- Limits the federation sets for itself, each from a day on; what is not here is the default in the code.
create table privacy_setting (
  name text not null,
  from_on date not null,
  set_at timestamptz not null,
  value bigint not null,
  reason text not null,
  primary key (name, from_on, set_at)
);

create index access_event_account on access_event (account_id, at desc);

grant select, insert on export_event, privacy_setting to smart_union_app;
