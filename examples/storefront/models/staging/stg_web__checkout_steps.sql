-- One row per step of a checkout that was reached, from the cart to the paid order.
select cart_id, 0 as step, 'cart' as step_name, cart_value, item_count,
       null as shipping_method, null as payment_method, received_at
from raw_web.cart_viewed
union all
select cart_id, 1, 'start', cart_value, item_count, null, null, received_at
from raw_web.checkout_started
union all
select cart_id, 1 + step, step_name, cart_value, item_count, shipping_method, payment_method, received_at
from raw_web.checkout_step_viewed
union all
select cart_id, 9, 'paid', total, null, null, payment_method, received_at
from raw_web.order_completed
