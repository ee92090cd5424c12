select
  c.cart_id,
  c.furthest,
  c.step_name,
  c.cart_value,
  c.item_count,
  c.shipping_method,
  c.payment_method,
  c.failed_payments,
  c.last_error,
  c.attempts,
  c.refused_method,
  c.received_at,
  k.coupon,
  k.discount,
  c.furthest >= 9 as completed
from int_checkout_carts c
left join (
  select cart_id, max(coupon) as coupon, max(discount) as discount from stg_web__coupons group by cart_id
) k on k.cart_id = c.cart_id
