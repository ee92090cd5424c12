-- Booked revenue by day, channel and country.
select placed_at::date as day, channel, ship_country, currency,
       sum(net_amount) as net, sum(vat_amount) as vat, sum(shipping_amount) as shipping, sum(margin) as margin,
       count(*) as orders
from fct_orders
group by 1, 2, 3, 4
