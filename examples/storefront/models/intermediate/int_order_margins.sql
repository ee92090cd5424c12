-- What each order earned.
with lines as (
  select
    order_id,
    sum(quantity) as pieces,
    sum(quantity * unit_price) as goods,
    sum(quantity * unit_cost) as cost
  from stg_shop__order_lines
  group by order_id
)
select o.*, l.pieces, l.goods, l.cost, l.goods - l.cost as margin
from stg_shop__orders o
join lines l using (order_id)
