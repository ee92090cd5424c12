create table raw.events_local (id Int32, a Int32) engine = MergeTree order by id;
create table raw.events on cluster c as raw.events_local engine = Distributed(c, raw, events_local, rand());
create table raw.late (id Int32, a Int32) engine = Buffer('raw', 'events_local', 16, 10, 100, 10000, 1000000, 1, 2);
create table raw.daily (total Int32, id Int32) engine = MergeTree order by id;
create materialized view raw.daily_mv to raw.daily as select id, a as total from raw.events;
