-- How long the stock lasts at the pace of sales.
select i.sku, i.warehouse_code, i.on_hand - i.reserved as free, d.pieces_sold,
       case when d.pieces_sold > 0 then (i.on_hand - i.reserved) / d.pieces_sold end as cover
from shop.inventory i
join int_product_demand d using (sku)
