create table t (a integer);
-- café
alter table t
  add column "café" integer;
