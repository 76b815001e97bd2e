create table fund (
  id uuid primary key,
  -- What a benefit's payout names; every district may have its own fund of that code.
  code text not null,
  name text not null,
  union_id uuid not null references "union" (id),
  union_path text collate "C" not null,
  created_at timestamptz not null,
  unique (code, union_id)
);

-- Ledger accounts of a fund. 'source' (where deposits come from) may go below zero, the others never.
create table ledger_account (
  id uuid primary key,
  fund_id uuid not null references fund (id),
  kind text not null check (kind in ('source', 'available', 'reserved', 'in-transit', 'paid')),
  balance_fen bigint not null default 0,
  unique (fund_id, kind),
  check (kind = 'source' or balance_fen >= 0)
);

create table payment_batch (
  id uuid primary key,
  number text not null unique,
  fund_id uuid not null references fund (id),
  union_path text collate "C" not null,
  status text not null check (status in ('draft', 'locked', 'exported', 'sent', 'returned', 'reconciled', 'cancelled')),
  line_count int not null,
  total_fen bigint not null,
  prepared_by uuid not null,
  released_by uuid,
  -- The bank files as written at release; the SHA-256 is of the CSV in plain and never changes.
  sha256 bytea,
  csv_as text,
  fixed_as text,
  -- Results so far, and the number of the last return file read.
  ok_count int not null default 0,
  failed_count int not null default 0,
  return_number int not null default 0,
  created_at timestamptz not null,
  released_at timestamptz,
  sent_at timestamptz,
  returned_at timestamptz
);

create table disbursement (
  id uuid primary key,
  case_id uuid not null references "case" (id),
  case_number text not null,
  instalment int not null,
  member_id uuid not null references member (id),
  payee_name text not null,
  union_id uuid not null,
  union_path text collate "C" not null,
  fund_id uuid not null references fund (id),
  amount_fen bigint not null check (amount_fen > 0),
  channel text not null check (channel in ('bank-card', 'home-visit')),
  bank_card_sealed bytea,
  bank_card_masked text,
  status text not null check (status in
    ('ready', 'batched', 'sent', 'paid', 'failed', 'exception', 'visit-due', 'cancelled')),
  failure_reason text,
  batch_id uuid references payment_batch (id),
  approved_by uuid,
  -- The cadre who gave another card: she may not release it.
  corrected_by uuid,
  approved_at timestamptz not null,
  paid_at timestamptz,
  unique (case_id, instalment)
);

create index disbursement_status on disbursement (fund_id, status, approved_at);

create index disbursement_member on disbursement (member_id);

create index disbursement_batch on disbursement (batch_id);

create index disbursement_paid on disbursement (fund_id, paid_at) where status = 'paid';

alter table disbursement enable row level security;

create policy scope on disbursement using (
  (union_path >= current_setting('app.scope', true) and union_path < current_setting('app.scope', true) || '/')
  or member_id = nullif(current_setting('app.member', true), '')::uuid
  or (current_setting('app.scopes', true) <> '' and exists (
    select 1 from unnest(string_to_array(current_setting('app.scopes', true), ' ')) as s
    where disbursement.union_path >= s and disbursement.union_path < s || '/'))
);

-- One row per transfer, balanced by construction: debit account, credit account, amount above zero. Append-only.
-- The business key says what the transfer is for, so the same thing cannot happen twice whatever the retry.
create table transfer (
  id uuid primary key,
  business_key text not null unique,
  kind text not null check (kind in ('deposit', 'reserve', 'release', 'send', 'settle', 'reject', 'visit')),
  fund_id uuid not null references fund (id),
  debit_account_id uuid not null references ledger_account (id),
  credit_account_id uuid not null references ledger_account (id),
  amount_fen bigint not null check (amount_fen > 0),
  union_path text collate "C" not null,
  member_id uuid,
  case_id uuid,
  disbursement_id uuid,
  batch_id uuid,
  account_id uuid,
  by_name text not null,
  note text,
  at timestamptz not null,
  check (debit_account_id <> credit_account_id)
);

create index transfer_fund on transfer (fund_id, at desc);

create index transfer_case on transfer (case_id);

alter table transfer enable row level security;

create policy scope on transfer using (
  (union_path >= current_setting('app.scope', true) and union_path < current_setting('app.scope', true) || '/')
  or member_id = nullif(current_setting('app.member', true), '')::uuid
  or (current_setting('app.scopes', true) <> '' and exists (
    select 1 from unnest(string_to_array(current_setting('app.scopes', true), ' ')) as s
    where transfer.union_path >= s and transfer.union_path < s || '/'))
);

create table payment_line (
  batch_id uuid not null references payment_batch (id),
  sequence int not null,
  disbursement_id uuid not null references disbursement (id),
  amount_fen bigint not null check (amount_fen > 0),
  bank_card_sealed bytea not null,
  bank_card_masked text not null,
  result text not null check (result in ('pending', 'ok', 'rejected', 'exception', 'cancelled')),
  reason text,
  settled_at timestamptz,
  primary key (batch_id, sequence),
  unique (batch_id, disbursement_id)
);

-- A payment is in at most one live batch.
create unique index payment_line_live on payment_line (disbursement_id) where result in ('pending', 'ok', 'exception');

create table bank_return (
  id uuid primary key,
  batch_id uuid not null references payment_batch (id),
  sha256 bytea not null,
  file_name text not null,
  stored_as text not null,
  row_count int not null,
  account_id uuid not null,
  at timestamptz not null,
  unique (batch_id, sha256)
);

create table payment_exception (
  id uuid primary key,
  batch_id uuid references payment_batch (id),
  disbursement_id uuid,
  return_id uuid references bank_return (id),
  kind text not null check (kind in
    ('duplicate', 'unknown', 'wrong-amount', 'out-of-order', 'contradiction', 'missing')),
  text text not null,
  row_number int,
  amount_fen bigint,
  expected_fen bigint,
  union_path text collate "C" not null,
  status text not null check (status in ('open', 'resolved')),
  resolution text,
  resolved_by uuid,
  created_at timestamptz not null,
  resolved_at timestamptz
);

create index payment_exception_open on payment_exception (created_at) where status = 'open';

create index payment_exception_batch on payment_exception (batch_id) where status = 'open';
