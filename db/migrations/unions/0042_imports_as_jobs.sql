-- A roster of many rows is read and saved by a job: how far it is, and why it was refused.
alter table roster_import add column progress jsonb;

alter table roster_import add column problem jsonb;

alter table roster_import drop constraint roster_import_status_check;

alter table roster_import add constraint roster_import_status_check
  check (status in ('reading', 'previewed', 'saving', 'committed', 'discarded', 'failed')) not valid;

alter table roster_import validate constraint roster_import_status_check;
