-- Views of a brand that no list position explains.
select i.brand, i.category, count(*) as views, avg(v.position) as average_position,
       count(*) filter (where not v.in_stock) as views_out_of_stock
from stg_web__product_interactions i
join stg_web__product_views v
  on v.product_id = i.product_id and v.anonymous_id = i.anonymous_id and v.received_at = i.received_at
where i.action = 'view'
group by i.brand, i.category
