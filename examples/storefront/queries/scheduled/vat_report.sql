-- Monthly VAT by country, for the tax office.
select date_trunc('month', placed_at) as month, coalesce(ship_country, 'unknown') as country, vat_rate,
       sum(net_amount) as net, sum(vat_amount) as vat
from fct_orders
where status in ('paid', 'sent', 'returned')
group by all
