-- What codes cost us.
select coupon, count(*) as orders, sum(discount) as given, avg(margin) as average_margin
from fct_orders
where coupon is not null
group by coupon
