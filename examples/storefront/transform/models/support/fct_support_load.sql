select
  date_trunc('week', opened_at) as week,
  topic,
  channel,
  count(distinct ticket_id) as tickets,
  avg(hours_open) as average_hours,
  avg(satisfaction) as average_satisfaction
from {{ ref('stg_support__tickets') }}
group by 1, 2, 3
