create table raw.events (id string, params struct<page: string, user: struct<id: string>>) partitioned by (day date);
alter table raw.events add columns (params.step int, extra map<string, string> comment 'Anything');
alter table raw.events drop column params.page;
alter table raw.events change column day on_day date;
alter table raw.unknown add columns (late string);
