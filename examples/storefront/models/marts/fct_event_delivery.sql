-- Events of the log beside the loader's list of all events: what is late, what is lost.
select
  coalesce(l.event, t.event) as event,
  l.id is null as missing_in_table,
  t.id is null as missing_in_tracks,
  l.anonymous_id,
  l.user_id,
  epoch(l.received_at) - epoch(l.sent_at) as seconds_late
from stg_web__event_log l
full join raw_web.tracks t on t.id = l.id
