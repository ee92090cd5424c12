-- App builds that still send events.
select build, max(occurred_at) as last_seen, count(*) as events
from fct_app_steps
group by build
