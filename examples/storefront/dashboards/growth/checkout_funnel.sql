-- How far carts come, and what stops them.
select
  step_name,
  furthest,
  shipping_method,
  coupon is not null as with_coupon,
  count(*) as carts,
  avg(cart_value) as average_value,
  avg(item_count) as average_pieces,
  sum(discount) as discounts,
  sum(failed_payments) as failed_payments,
  count(*) filter (where completed) as completed
from fct_checkouts
group by all
order by carts desc, step_name, furthest, shipping_method, with_coupon
