-- Token buckets of the routes whose limit counts over all servers. The key is a digest of route and person or address, so
-- the table tells nobody who signed in from where.
create table rate_bucket (
  key bytea primary key,
  tokens real not null,
  at timestamptz not null
);

create index rate_bucket_at on rate_bucket (at);

grant select, insert, update, delete on rate_bucket to smart_union_app;
