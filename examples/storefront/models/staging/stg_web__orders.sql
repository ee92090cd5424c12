-- Orders as the website reports them.
select
  order_id,
  cart_id,
  user_id,
  received_at,
  total,
  shipping,
  tax,
  discount,
  coupon,
  currency,
  payment_method,
  address_city as city,
  address_postcode as postcode,
  address_country as country,
  gift_is_gift as is_gift,
  products ->> '$[0].sku' as first_sku,
  cast(json_extract_string(products, '$[0].quantity') as integer) as first_quantity,
  cast(json_extract_string(products, '$[0].price') as decimal(10, 2)) as first_price
from raw_web.order_completed
