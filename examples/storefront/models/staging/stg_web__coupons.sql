-- Codes used in a cart, wherever the site learned of them.
select cart_id, coupon, discount, received_at from raw_web.coupon_applied
union
select cart_id, coupon, null, received_at from raw_web.checkout_started where coupon is not null
