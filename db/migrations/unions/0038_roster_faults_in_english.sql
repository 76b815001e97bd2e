-- Judged in both languages when written, so that an import can be read in either. Null for what was judged before.
alter table roster_fault add column reason_en text;
