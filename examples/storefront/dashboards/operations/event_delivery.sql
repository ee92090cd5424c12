-- Events that come late or get lost on the way.
select event, count(*) as events,
       count(*) filter (where missing_in_table) as missing_in_table,
       count(*) filter (where missing_in_tracks) as missing_in_tracks,
       count(distinct anonymous_id) as visitors,
       count(distinct user_id) as accounts,
       max(seconds_late) as slowest
from fct_event_delivery
group by event
