create table "union" (
  id uuid primary key,
  label bigint not null unique,
  -- Materialised path of the area line: 'f.12.305'. A subtree is path >= p and path < p || '/'.
  path text collate "C" not null unique,
  superior_id uuid references "union" (id),
  name text not null,
  -- Name with widths, spaces and brackets made alike, for matching rosters.
  name_key text collate "C" not null,
  -- 'hailingquzonggonghui' and 'hlqzgh', for finding by keyboard.
  pinyin text collate "C" not null,
  initials text collate "C" not null default '',
  level_code text not null,
  form_code text not null,
  uscc text,
  employer_name text,
  founded_on date,
  approval_number text,
  staff_count int,
  status text not null check (status in ('active', 'preparing', 'dissolved')),
  location point,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index union_name_key on "union" (name_key) where status <> 'dissolved';

create unique index union_uscc on "union" (uscc) where uscc is not null and status <> 'dissolved';

create index union_by_superior on "union" (superior_id);

create index union_pinyin on "union" (pinyin);

-- What happened to a union; the table above is the fold of these rows: `set` of each, in order, gives any past day.
create table union_event (
  id uuid primary key,
  union_id uuid not null references "union" (id),
  kind text not null,
  effective_on date not null,
  recorded_at timestamptz not null,
  account_id uuid,
  data jsonb not null
);

create index union_event_union on union_event (union_id, effective_on desc);

-- Superiors by line: 'area' always, 'industry' where one exists, each with its days.
create table union_superior (
  union_id uuid not null references "union" (id),
  line text not null check (line in ('area', 'industry')),
  superior_id uuid not null references "union" (id),
  from_on date not null,
  to_on date,
  primary key (union_id, line, from_on),
  check (to_on is null or to_on > from_on)
);

create unique index union_superior_now on union_superior (union_id, line) where to_on is null;

create table roster_import (
  id uuid primary key,
  noun text not null check (noun in ('unions', 'members')),
  file_name text not null,
  digest bytea not null,
  stored_as text not null,
  status text not null check (status in ('previewed', 'committed', 'discarded')),
  encoding text not null,
  sheets text[] not null,
  counts jsonb not null,
  by_fault jsonb not null,
  union_path text collate "C" not null,
  account_id uuid,
  account_name text not null,
  created_at timestamptz not null,
  committed_at timestamptz
);

create index roster_import_created on roster_import (noun, created_at desc);

create table roster_fault (
  import_id uuid not null references roster_import (id) on delete cascade,
  position int not null,
  sheet text not null,
  row_number int not null,
  verdict text not null,
  column_name text not null,
  column_title text not null,
  kind text not null,
  value text not null,
  reason text not null,
  primary key (import_id, position)
);
