-- Anonymised moments for the wall's ticker: a place and a sentence, no person.
create table moment (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  kind text not null check (kind in ('claimed', 'approved', 'paid')),
  union_id uuid not null,
  union_path text collate "C" not null,
  place text not null,
  text text not null,
  text_en text not null
);

create index moment_at on moment (at desc);

-- Hours from submission to money, one row per payment, for medians by place.
create table payment_duration (
  case_id uuid primary key,
  union_path text collate "C" not null,
  paid_on date not null,
  hours real not null
);

create index payment_duration_path on payment_duration (union_path, paid_on);
