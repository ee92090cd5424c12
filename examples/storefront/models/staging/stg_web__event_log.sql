-- The envelope of every event of the website, one row per event.
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.product_list_viewed
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.products_searched
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.product_viewed
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.product_added
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.product_removed
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.cart_viewed
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.checkout_started
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.checkout_step_viewed
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.coupon_applied
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.payment_failed
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.order_completed
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.order_refunded
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.review_submitted
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.newsletter_signed_up
union all
select id, event, anonymous_id, user_id, sent_at, received_at from raw_web.wishlist_product_added
