-- What people scan in stores.
select s.store_id, p.category, count(*) as scans
from fct_app_steps s
join dim_products p on p.sku = s.sku
group by s.store_id, p.category
