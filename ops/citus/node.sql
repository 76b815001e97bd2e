-- On every node, before the first server starts. A coordinator calls its workers as the role that asked, so unlike on a
-- single PostgreSQL the application's role must be allowed to sign in there.
create extension if not exists citus;
create extension if not exists pg_trgm;
set citus.enable_ddl_propagation to off;
create role smart_union_app login;
grant smart_union_app to owner;
