-- Why an upload was refused, in the other language. Null for what was refused before.
alter table file add column reason_en text;
