-- The app's events: one table, the properties of every event in one JSON column.
create schema raw_app;

create table raw_app.events (
  id varchar,
  event varchar,
  user_id varchar,
  anonymous_id varchar,
  timestamp timestamp,
  received_at timestamp,
  properties json,
  traits json,
  context json
);
comment on table raw_app.events is 'Events of the iOS and Android app';
comment on column raw_app.events.properties is 'What the event says, as the app sent it';
