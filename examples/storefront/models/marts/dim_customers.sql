with orders as (
  select customer_id, count(*) as orders, sum(margin) as lifetime_margin, max(placed_at) as last_order_at,
         avg(extract(day from since_last)) as days_between
  from int_customer_orders
  group by customer_id
)
select
  c.customer_id,
  c.email,
  c.full_name,
  c.country,
  c.created_at,
  c.marketing_consent,
  u.first_name,
  u.email as account_email,
  u.customer_type,
  u.loyalty_tier,
  u.newsletter,
  a.company_name,
  a.industry,
  o.orders,
  o.lifetime_margin,
  o.last_order_at,
  o.days_between
from stg_shop__customers c
left join stg_web__users u on u.user_id = c.customer_id
left join stg_web__accounts a on a.user_id = c.customer_id
left join orders o on o.customer_id = c.customer_id
