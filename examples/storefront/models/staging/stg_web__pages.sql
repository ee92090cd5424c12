-- Page views; full addresses stay out, they carry personal parameters.
select
  anonymous_id,
  received_at,
  page_group,
  load_time_ms,
  context_page_path as path,
  context_page_referrer as referrer,
  context_campaign_source as source,
  context_campaign_medium as medium,
  context_campaign_name as campaign
from raw_web.pages
