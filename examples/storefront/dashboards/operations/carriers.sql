-- Days from the warehouse to the door.
select carrier, weight_grams > 2000 as heavy, count(distinct shipment_id) as parcels,
       avg(date_diff('hour', shipped_at, delivered_at)) as hours,
       count(*) filter (where delivered_at is null) as on_the_way
from stg_shop__shipments
where exists (select 1 from stg_shop__orders o where o.order_id = stg_shop__shipments.order_id)
group by all
