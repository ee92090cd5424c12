select p.product_id, p.sku, p.title, p.brand, p.category, p.colour, p.list_price, p.active,
       d.views, d.pieces_in_carts, d.carts, d.average_price, d.currency, d.variant, d.pieces_sold, d.turnover
from stg_shop__products p
left join int_product_demand d on d.product_id = p.product_id and d.sku = p.sku
