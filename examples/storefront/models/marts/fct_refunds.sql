-- Refunds as booked, beside what the customer asked for.
select
  r.refund_id,
  r.order_id,
  r.refunded_at,
  r.amount,
  r.reason,
  a.refund_amount as asked_amount,
  a.reason as asked_reason,
  o.channel
from shop.refunds r
join stg_shop__orders o using (order_id)
left join raw_web.order_refunded a on a.order_id = r.order_id
