-- The app's events with the properties that are in use.
select
  id,
  event,
  coalesce(user_id, anonymous_id) as person,
  timestamp as occurred_at,
  cast(properties ->> '$.step' as integer) as step,
  properties ->> '$.step_name' as step_name,
  cast(json_extract_string(properties, '$.skipped') as boolean) as skipped,
  properties ->> '$.sku' as sku,
  json_extract_string(properties, '$.store.store_id') as store_id,
  properties ->> '$.campaign' as campaign,
  properties ->> '$.build' as build,
  context ->> '$.os' as os
from raw_app.events
