-- What just happened to a case, noted in the transaction that did it. The fold turns it into an anonymised moment and
-- forgets it, so the ticker's own table never says whose case it was.
create table happening (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  kind text not null check (kind in ('claimed', 'approved', 'paid')),
  case_id uuid not null
);

grant select, insert, update, delete on happening to smart_union_app;
