-- Failed sign-ins by the name that was typed, whether an account has it or not: five lock the name, and what a stranger
-- is told does not say which names exist. The key is a digest; names people mistype are nobody's business.
-- account.failed_count is no longer written and goes when no older server is left; locked_until stays for administrators.
create table sign_in_failure (
  name_hash bytea primary key,
  failures int not null,
  locked_until timestamptz,
  at timestamptz not null
);

create index sign_in_failure_at on sign_in_failure (at);

grant select, insert, update, delete on sign_in_failure to smart_union_app;
