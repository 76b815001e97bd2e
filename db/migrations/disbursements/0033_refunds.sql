-- A bank may give back what it had reported as paid.
alter table transfer drop constraint transfer_kind_check;

alter table transfer add constraint transfer_kind_check
  check (kind in ('deposit', 'reserve', 'release', 'send', 'settle', 'reject', 'visit', 'refund'));

alter table payment_exception drop constraint payment_exception_kind_check;

alter table payment_exception add constraint payment_exception_kind_check check (kind in
  ('duplicate', 'unknown', 'wrong-amount', 'out-of-order', 'contradiction', 'missing', 'refund'));
