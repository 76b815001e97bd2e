create table catalogue_item (
  code text not null,
  version int not null,
  kind text not null,
  definition jsonb not null,
  digest bytea not null,
  published_at timestamptz not null,
  retired_at timestamptz,
  primary key (code, version)
);

create table "case" (
  id uuid primary key,
  -- Running number inside the federation; gaps are drafts never sent.
  sequence bigint generated always as identity,
  number text unique,
  kind text not null,
  item_code text not null,
  item_version int not null,
  member_id uuid not null references member (id),
  applicant_name text not null,
  union_id uuid not null references "union" (id),
  union_path text collate "C" not null,
  status text not null check (status in
    ('draft', 'submitted', 'in_review', 'returned', 'approved', 'declined', 'withdrawn', 'closed')),
  stage text,
  round int not null default 1,
  version int not null default 1,
  answers jsonb not null,
  answers_sealed bytea,
  amount_fen bigint check (amount_fen > 0),
  returned_note text,
  returned_stage text,
  due_on date,
  promised_on date,
  escalated boolean not null default false,
  opened_at timestamptz not null,
  submitted_at timestamptz,
  submitted_on date,
  decided_at timestamptz,
  updated_at timestamptz not null,
  foreign key (item_code, item_version) references catalogue_item (code, version)
);

create unique index case_one_draft on "case" (member_id, item_code) where status = 'draft';

create index case_member on "case" (member_id, opened_at desc);

create index case_union_path on "case" (union_path, submitted_at desc) where status <> 'draft';

create index case_submitted on "case" (submitted_at desc, id) where status <> 'draft';

alter table "case" enable row level security;

create policy scope on "case" using (
  (union_path >= current_setting('app.scope', true) and union_path < current_setting('app.scope', true) || '/')
  or member_id = nullif(current_setting('app.member', true), '')::uuid
  or (current_setting('app.scopes', true) <> '' and exists (
    select 1 from unnest(string_to_array(current_setting('app.scopes', true), ' ')) as s
    where "case".union_path >= s and "case".union_path < s || '/'))
);

-- One open task per stage a case stands at (more when countersigned). A worklist is open tasks in my scope.
create table task (
  id uuid primary key,
  case_id uuid not null references "case" (id),
  member_id uuid not null,
  case_path text collate "C" not null,
  stage text not null,
  round int not null,
  permission text not null,
  -- The union whose cadres decide, and its path.
  union_id uuid not null,
  union_path text collate "C" not null,
  assigned_account_id uuid,
  quorum int not null check (quorum between 1 and 20),
  waits_until date,
  due_on date,
  escalated_at timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  closed_as text
);

create unique index task_one_open on task (case_id, stage) where closed_at is null and assigned_account_id is null;

create index task_case on task (case_id);

create index task_worklist on task (union_path, permission, due_on, case_id) where closed_at is null;

create index task_due on task (due_on) where closed_at is null;

alter table task enable row level security;

create policy scope on task using (
  (case_path >= current_setting('app.scope', true) and case_path < current_setting('app.scope', true) || '/')
  or member_id = nullif(current_setting('app.member', true), '')::uuid
  or (current_setting('app.scopes', true) <> '' and exists (
    select 1 from unnest(string_to_array(current_setting('app.scopes', true), ' ')) as s
    where task.case_path >= s and task.case_path < s || '/'))
);

-- Decisions are added, never deleted; a return voids those taken since the stage it returns to.
create table decision (
  id uuid primary key,
  case_id uuid not null references "case" (id),
  member_id uuid not null,
  case_path text collate "C" not null,
  stage text not null,
  round int not null,
  account_id uuid,
  person_index bytea,
  name text not null,
  office text not null,
  outcome text not null check (outcome in ('approve', 'return', 'decline', 'pass', 'hand-over', 'countersign')),
  return_to text,
  note text,
  at timestamptz not null,
  voided_at timestamptz
);

create unique index decision_once on decision (case_id, stage, round, account_id)
  where outcome in ('approve', 'return', 'decline') and voided_at is null;

create index decision_case on decision (case_id, at);

create index decision_account on decision (account_id, at desc);

alter table decision enable row level security;

create policy scope on decision using (
  (case_path >= current_setting('app.scope', true) and case_path < current_setting('app.scope', true) || '/')
  or member_id = nullif(current_setting('app.member', true), '')::uuid
  or (current_setting('app.scopes', true) <> '' and exists (
    select 1 from unnest(string_to_array(current_setting('app.scopes', true), ' ')) as s
    where decision.case_path >= s and decision.case_path < s || '/'))
);

-- Who decides for whom while a cadre is away.
create table deputy (
  id uuid primary key,
  account_id uuid not null references account (id),
  deputy_account_id uuid not null references account (id),
  from_on date not null,
  until_on date not null,
  created_at timestamptz not null,
  check (account_id <> deputy_account_id and until_on >= from_on)
);

create index deputy_of on deputy (deputy_account_id, until_on);

alter table file enable row level security;

create policy scope on file using (
  (union_path >= current_setting('app.scope', true) and union_path < current_setting('app.scope', true) || '/')
  or owner_member_id = nullif(current_setting('app.member', true), '')::uuid
  or owner_account_id = nullif(current_setting('app.account', true), '')::uuid
  or (current_setting('app.scopes', true) <> '' and exists (
    select 1 from unnest(string_to_array(current_setting('app.scopes', true), ' ')) as s
    where file.union_path >= s and file.union_path < s || '/'))
);

alter table access_event enable row level security;

create policy scope on access_event using (
  (union_path >= current_setting('app.scope', true) and union_path < current_setting('app.scope', true) || '/')
  or member_id = nullif(current_setting('app.member', true), '')::uuid
  or (current_setting('app.scopes', true) <> '' and exists (
    select 1 from unnest(string_to_array(current_setting('app.scopes', true), ' ')) as s
    where access_event.union_path >= s and access_event.union_path < s || '/'))
);
