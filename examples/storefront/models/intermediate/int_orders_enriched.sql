-- Booked orders with what the website knows of them.
select
  m.*,
  w.cart_id,
  w.total as tracked_total,
  w.shipping + w.tax as tracked_extras,
  w.currency as tracked_currency,
  w.payment_method,
  w.country as ship_country,
  w.coupon,
  w.discount,
  w.is_gift,
  w.first_sku,
  w.first_quantity,
  w.first_price
from int_order_margins m
left join stg_web__orders w on w.order_id = m.order_id
