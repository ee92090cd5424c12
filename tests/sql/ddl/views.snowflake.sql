create table raw.web.orders (id number, "Total" number);
create or replace view mart.orders (id, total) as
  select id, "Total" from raw.web.orders;
alter view mart.orders rename to sales;
create table mart.copy as select id from raw.web.orders;
alter table mart.copy add column added_later varchar;
insert into mart.copy (id) select id from raw.web.orders where id > 1;
create table mart.twin clone raw.web.orders;
create table mart.shape like raw.web.orders;
create stream raw.web.changes on table raw.web.orders;
create dynamic table mart.live target_lag = '1 minute' warehouse = w as select id from raw.web.orders;
drop view if exists mart.absent;
