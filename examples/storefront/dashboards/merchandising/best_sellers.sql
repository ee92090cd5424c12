-- Products by turnover, with the interest they drew.
with ranked as (
  select *, rank() over (partition by category order by turnover desc) as place
  from dim_products
  where active
)
select category, place, sku, title, brand, list_price, colour, views, carts, pieces_in_carts, pieces_sold, turnover,
       average_price, currency
from ranked
where place <= 20
