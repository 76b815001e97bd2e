-- What crosses federations. A federation is a schema; its tables carry no tenant column.
create schema if not exists platform;

create table platform.federation (
  id uuid primary key,
  code text not null unique check (code ~ '^[a-z][a-z0-9-]{1,40}$'),
  name text not null,
  schema_name text not null unique,
  created_at timestamptz not null
);

create table platform.migration (
  schema_name text not null,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null,
  primary key (schema_name, name)
);
