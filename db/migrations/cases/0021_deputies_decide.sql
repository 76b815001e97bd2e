-- A deputyship ends before its last day when either side ends it, or an account of it is closed.
alter table deputy add column revoked_at timestamptz;

alter table deputy add column revoked_by uuid;

alter table deputy add column note text;

create index deputy_for on deputy (account_id, until_on);

-- Whom a decision was taken for: to four eyes that person has decided too.
alter table decision add column for_account_id uuid;

alter table decision add column for_person_index bytea;

alter table decision add column for_name text;

create index decision_for on decision (for_account_id, at desc) where for_account_id is not null;
