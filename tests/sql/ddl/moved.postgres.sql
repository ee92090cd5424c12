create table raw.t (a int);
create view raw.v as select a from raw.t;
alter table raw.t set schema stored;
alter view raw.v set schema shown;
alter table stored.t set (fillfactor = 70);
