create table account (
  id uuid primary key,
  username text not null unique,
  name text not null,
  password_hash text not null,
  totp_sealed bytea,
  totp_confirmed_at timestamptz,
  totp_last_step bigint,
  member_id uuid,
  -- Blind index of the holder's ID number: two accounts of one person count as one person for four eyes.
  person_index bytea,
  phone_masked text,
  status text not null check (status in ('active', 'closed')),
  failed_count int not null default 0,
  locked_until timestamptz,
  last_sign_in_at timestamptz,
  demo boolean not null default false,
  created_at timestamptz not null
);

create table "grant" (
  id uuid primary key,
  account_id uuid not null references account (id),
  role text not null,
  union_id uuid not null references "union" (id),
  union_path text collate "C" not null,
  from_on date not null,
  until_on date,
  granted_by uuid,
  granted_at timestamptz not null,
  revoked_at timestamptz
);

create index grant_account on "grant" (account_id) where revoked_at is null;

create table session (
  token_hash bytea primary key,
  kind text not null check (kind in ('member', 'cadre')),
  account_id uuid references account (id),
  member_id uuid references member (id),
  csrf_token text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  check ((kind = 'member') = (member_id is not null) and (kind = 'cadre') = (account_id is not null))
);

create index session_account on session (account_id);

create index session_member on session (member_id);

create table sign_in_code (
  phone_index bytea primary key,
  code_hash bytea not null,
  sent_at timestamptz not null,
  expires_at timestamptz not null,
  attempts int not null
);

-- Messages on their way out (SMS). Number and text are sealed: a code or a sum is nobody else's business.
create table outbox (
  id uuid primary key,
  channel text not null check (channel in ('sms')),
  to_sealed bytea not null,
  to_masked text not null,
  text_sealed bytea not null,
  created_at timestamptz not null,
  sent_at timestamptz,
  attempts int not null default 0,
  error text
);

create index outbox_waiting on outbox (created_at) where sent_at is null;
