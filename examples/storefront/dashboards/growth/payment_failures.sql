-- Which refusals come before a lost cart.
select
  payment_method,
  last_error,
  attempts,
  date_trunc('week', received_at) as week,
  count(*) as carts
from fct_checkouts
where failed_payments > 0
group by payment_method, last_error, attempts, date_trunc('week', received_at)
