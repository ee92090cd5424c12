-- Interest in each product and what was sold of it.
with interest as (
  select
    product_id,
    sku,
    max(brand) as brand,
    max(category) as category,
    max(variant) as variant,
    count(*) filter (where action = 'view') as views,
    sum(quantity) filter (where action <> 'view') as pieces_in_carts,
    count(distinct cart_id) as carts,
    avg(price) as average_price,
    max(currency) as currency
  from stg_web__product_interactions
  group by product_id, sku
),
sold as (
  select sku, sum(quantity) as pieces_sold, sum(quantity * unit_price) as turnover
  from stg_shop__order_lines
  where order_id in (select order_id from stg_shop__orders)
  group by sku
)
select i.*, coalesce(s.pieces_sold, 0) as pieces_sold, coalesce(s.turnover, 0) as turnover
from interest i
left join sold s using (sku)
