create table raw.good (a number);
create table raw.bad (a number default);
create task nightly as insert into x select a from raw.good;
create procedure p() returns int as begin
  insert into x select a from raw.good;
  drop table raw.good;
end;
execute immediate 'select a from raw.good';
create function one() returns int as '1';
hello there;
grant select on raw.good to role reader;
alter table raw.good add column b number, add column c number;
alter table raw.good change everything at once;
