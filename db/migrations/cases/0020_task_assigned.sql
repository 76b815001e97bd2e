-- Tasks handed to one cadre. Without it the "or mine" of every worklist walks all open tasks: 300 ms at 300,000 cases.
create index if not exists task_assigned on task (assigned_account_id) where closed_at is null;
