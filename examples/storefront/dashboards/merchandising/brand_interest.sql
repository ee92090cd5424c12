-- What visitors do with each brand, and how far down the list they found it.
select i.brand, i.category, i.action, count(*) as times, avg(v.position) as average_position,
       count(*) filter (where not v.in_stock) as views_out_of_stock
from stg_web__product_interactions i
left join stg_web__product_views v
  on v.product_id = i.product_id and v.anonymous_id = i.anonymous_id and v.received_at = i.received_at
group by i.brand, i.category, i.action
