-- The application's role reads and writes but owns nothing: row-level security binds it, and what is only ever added
-- cannot be changed by it.
grant usage on schema :schema to smart_union_app;

grant select, insert, update, delete on all tables in schema :schema to smart_union_app;

grant usage, select on all sequences in schema :schema to smart_union_app;

revoke update, delete on audit_event, access_event, transfer, union_event, member_event, bank_return, visit from smart_union_app;

revoke delete on "case", claim, decision, disbursement, payment_line, payment_batch, ledger_account, audit_lane, member, "union" from smart_union_app;
