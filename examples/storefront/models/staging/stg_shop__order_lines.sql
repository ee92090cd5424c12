select order_id, sku, quantity, unit_price, unit_cost, gift_wrap
from shop.order_lines
