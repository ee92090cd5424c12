create table raw.t (a int);
create view raw.v as select a from raw.t;
alter table raw.t rename to u;
create table raw.x (a int);
alter table raw.x rename to y;
