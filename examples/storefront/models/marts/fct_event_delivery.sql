-- Events of the log beside the loader's list of all events: what is late, what is lost.
select
  coalesce(l.event, t.event) as event,
  l.id is null as missing_in_table,
  t.id is null as missing_in_tracks,
  coalesce(l.anonymous_id, t.anonymous_id) as anonymous_id,
  coalesce(l.user_id, t.user_id) as user_id,
  epoch(coalesce(l.received_at, t.received_at)) - epoch(coalesce(l.sent_at, t.sent_at)) as seconds_late
from stg_web__event_log l
full join raw_web.tracks t on t.id = l.id
