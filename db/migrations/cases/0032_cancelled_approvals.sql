-- An approval given in error is taken back by another person, with its reason, while no money has left.
alter table decision drop constraint decision_outcome_check;

alter table decision add constraint decision_outcome_check
  check (outcome in ('approve', 'return', 'decline', 'pass', 'hand-over', 'countersign', 'cancel'));
