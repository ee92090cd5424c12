-- Category pages; the first filter is the one people set on purpose, the others come with it.
select
  list_id,
  category,
  sort_order,
  page_number,
  result_count,
  filters ->> '$[0].type' as first_filter,
  received_at
from raw_web.product_list_viewed
