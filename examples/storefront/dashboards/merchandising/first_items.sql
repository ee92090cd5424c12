-- The product that people put into the cart first.
select p.category, p.title, count(*) as orders, sum(o.first_quantity) as pieces, count(*) filter (where o.is_gift) as gifts
from fct_orders o
join dim_products p on p.sku = o.first_sku
group by p.category, p.title
