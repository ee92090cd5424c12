-- Product pages with their place in the list.
select product_id, anonymous_id, received_at, position, in_stock
from raw_web.product_viewed
where in_stock is not null
