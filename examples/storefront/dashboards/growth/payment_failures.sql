-- Which refusals come before a lost cart.
select
  refused_method,
  payment_method as paid_with,
  last_error,
  attempts,
  date_trunc('week', received_at) as week,
  count(*) as carts
from fct_checkouts
where failed_payments > 0
group by refused_method, payment_method, last_error, attempts, date_trunc('week', received_at)
