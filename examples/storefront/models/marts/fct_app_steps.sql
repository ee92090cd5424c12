select person, event, step, step_name, skipped, sku, store_id, campaign, build, os, occurred_at
from stg_app__events
where event is not null
