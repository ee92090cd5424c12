-- One row per cart that reached the checkout, with how far it came.
with ranked as (
  select
    *,
    max(step) over (partition by cart_id) as furthest,
    row_number() over (partition by cart_id order by step desc, received_at desc) as nth
  from stg_web__checkout_steps
),
last_step as (
  select * exclude (nth) from ranked where nth = 1
),
failures as (
  select cart_id, count(*) as failed_payments, max(error_code) as last_error, max(attempt) as attempts,
         max(payment_method) as refused_method
  from stg_web__payment_failures
  group by 1
)
select s.*, coalesce(f.failed_payments, 0) as failed_payments, f.last_error, f.attempts, f.refused_method
from last_step s
left join failures f using (cart_id)
