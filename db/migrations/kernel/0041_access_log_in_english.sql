-- What was seen, and a reason that the system itself gives, in the other language. Null for what was seen before.
alter table access_event add column fields_en text[];

alter table access_event add column reason_en text;
