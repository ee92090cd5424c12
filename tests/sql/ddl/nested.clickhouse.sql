create table raw.hits (id UInt64, page Nested(url String, title String), geo Tuple(lat Float64, lon Float64))
  engine = MergeTree order by id;
create table raw.hits_copy as raw.hits;
create materialized view raw.hits_daily to raw.hits_sum as select id from raw.hits;
alter table raw.hits add column referrer String, drop column geo;
