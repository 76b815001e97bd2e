create table message (
  id uuid primary key,
  member_id uuid,
  account_id uuid,
  title text not null,
  text text not null,
  case_id uuid,
  at timestamptz not null,
  read_at timestamptz,
  check ((member_id is null) <> (account_id is null))
);

create index message_member on message (member_id, at desc);

create index message_account on message (account_id, at desc);
