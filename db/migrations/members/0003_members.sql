-- The last running number given to a member; a block at a time, so an import asks once.
create table member_counter (
  id smallint primary key check (id = 1),
  last bigint not null
);

create table member (
  id uuid primary key,
  member_number text not null unique,
  name text not null,
  -- 'wangxiaoming' and 'wxm', for finding by keyboard.
  pinyin text collate "C" not null,
  initials text collate "C" not null default '',
  -- Without the first letter, for who knows only 小明. A column: row-level security bars indexes on expressions.
  given_name text collate "C" generated always as (substr(name, 2)) stored,
  sex text not null check (sex in ('male', 'female', 'unknown')),
  id_kind text not null,
  id_number_sealed bytea not null,
  id_number_index bytea not null unique,
  id_number_masked text not null,
  phone_sealed bytea,
  phone_index bytea,
  phone_masked text,
  bank_card_sealed bytea,
  bank_card_masked text,
  birth_year smallint,
  ethnicity_code text,
  education_code text,
  political_code text,
  occupation text,
  migrant_worker boolean,
  employer_name text,
  union_id uuid not null references "union" (id),
  union_path text collate "C" not null,
  joined_on date not null,
  status text not null check (status in ('active', 'retained', 'left')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index member_union_path on member (union_path, name);

create index member_phone on member (phone_index);

create index member_name on member (name collate "C");

create index member_given_name on member (given_name);

create index member_pinyin on member (pinyin);

create index member_initials on member (initials);

alter table member enable row level security;

create policy scope on member using (
  (union_path >= current_setting('app.scope', true) and union_path < current_setting('app.scope', true) || '/')
  or id = nullif(current_setting('app.member', true), '')::uuid
  or (current_setting('app.scopes', true) <> '' and exists (
    select 1 from unnest(string_to_array(current_setting('app.scopes', true), ' ')) as s
    where member.union_path >= s and member.union_path < s || '/'))
);

create table member_event (
  id uuid primary key,
  member_id uuid not null references member (id),
  kind text not null,
  effective_on date not null,
  recorded_at timestamptz not null,
  account_id uuid,
  union_id uuid not null,
  union_path text collate "C" not null,
  data jsonb not null
);

create index member_event_member on member_event (member_id, effective_on desc);

alter table member_event enable row level security;

create policy scope on member_event using (
  (union_path >= current_setting('app.scope', true) and union_path < current_setting('app.scope', true) || '/')
  or member_id = nullif(current_setting('app.member', true), '')::uuid
  or (current_setting('app.scopes', true) <> '' and exists (
    select 1 from unnest(string_to_array(current_setting('app.scopes', true), ' ')) as s
    where member_event.union_path >= s and member_event.union_path < s || '/'))
);
