-- task_todo begins with the same columns.
drop index if exists task_worklist;
