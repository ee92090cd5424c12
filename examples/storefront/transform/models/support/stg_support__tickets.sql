select
  ticket_id,
  order_id,
  opened_at,
  topic,
  channel,
  satisfaction,
  date_diff('hour', opened_at, solved_at) as hours_open
from {{ source('helpdesk', 'support_tickets') }}
