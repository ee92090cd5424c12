-- The scheduler fills in the columns that the buyer of each warehouse wants to see.
select sku, {{ columns }}
from shop.inventory
where on_hand < reorder_point and bin_location is not null
