create table before (a integer);
create table broken (a text default 'x);
create table after_it (b integer);
