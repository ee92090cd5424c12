-- Orders of each customer in their order of time.
select
  customer_id,
  order_id,
  placed_at,
  margin,
  row_number() over (partition by customer_id order by placed_at, order_id) as order_no,
  placed_at - lag(placed_at) over (partition by customer_id order by placed_at, order_id) as since_last
from int_order_margins
