-- The key ring whose keys sealed this database's values and made its blind indexes. A server with another ring would find
-- nobody by number and seal what the others cannot open, so it must not start.
create table platform.key_ring (
  id smallint primary key check (id = 1),
  fingerprint text not null,
  since timestamptz not null
);
