-- The worklist's count and order from the index alone: also what row-level security and "not my own case" look at.
create index concurrently task_todo on task (union_path, permission, due_on, case_id)
  include (assigned_account_id, member_id, case_path) where closed_at is null;
