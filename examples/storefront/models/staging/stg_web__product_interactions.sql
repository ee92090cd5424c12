-- What visitors did with products, one row per event.
select
  'view' as action, anonymous_id, user_id, received_at,
  product_id, sku, brand, category, variant, price, currency, 1 as quantity, null as cart_id
from raw_web.product_viewed
union all
select
  'add', anonymous_id, user_id, received_at,
  product_id, sku, brand, category, variant, price, currency, quantity, cart_id
from raw_web.product_added
union all
select
  'remove', anonymous_id, user_id, received_at,
  product_id, sku, brand, category, variant, price, currency, -quantity, cart_id
from raw_web.product_removed
