-- Told in both languages when written, so that switching the language switches the inbox. Null for what was written before.
alter table message add column title_en text;

alter table message add column text_en text;
