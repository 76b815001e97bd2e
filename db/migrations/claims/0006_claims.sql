-- One row per submitted claim: it takes one of the member's places for the period. The place is the last word when
-- two taps race: (member, item, period, ordinal) is unique and ordinal may not pass the allowance.
create table claim (
  case_id uuid primary key references "case" (id),
  member_id uuid not null references member (id),
  union_path text collate "C" not null,
  item_code text not null,
  period text not null,
  ordinal int not null,
  allowed int not null,
  -- What may be claimed once only, such as one stay: 'stay:2026-03-02'. Null where the item has no such fact.
  fact_key text,
  stay_from date,
  stay_to date,
  amount_fen bigint not null check (amount_fen > 0),
  channel text not null check (channel in ('bank-card', 'home-visit')),
  status text not null check (status in ('reserved', 'approved', 'paid', 'released')),
  created_at timestamptz not null,
  paid_at timestamptz,
  check (ordinal between 1 and allowed)
);

create unique index claim_place on claim (member_id, item_code, period, ordinal) where status <> 'released';

create unique index claim_fact on claim (member_id, item_code, fact_key) where status <> 'released' and fact_key is not null;

create index claim_member on claim (member_id, created_at desc);

alter table claim enable row level security;

create policy scope on claim using (
  (union_path >= current_setting('app.scope', true) and union_path < current_setting('app.scope', true) || '/')
  or member_id = nullif(current_setting('app.member', true), '')::uuid
  or (current_setting('app.scopes', true) <> '' and exists (
    select 1 from unnest(string_to_array(current_setting('app.scopes', true), ' ')) as s
    where claim.union_path >= s and claim.union_path < s || '/'))
);

create table visit (
  case_id uuid primary key references claim (case_id),
  visited_on date not null,
  account_id uuid not null,
  photo_id uuid not null references file (id),
  signature_id uuid not null references file (id),
  note text not null,
  recorded_at timestamptz not null
);
