-- Visits and budget of each campaign.
select
  source,
  medium,
  campaign,
  count(*) as visits,
  count(distinct anonymous_id) as visitors,
  max(budget) as budget,
  count(distinct path) as landing_pages,
  count(*) filter (where received_at::date between starts_on and ends_on) as visits_in_time
from fct_campaigns
group by source, medium, campaign
having count(*) > 0
