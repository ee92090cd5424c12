-- Where the website's figures differ from the books.
select order_id, tracked_total, tracked_extras, net_amount + vat_amount + shipping_amount as booked, payment_method, cart_id
from fct_orders
where tracked_currency = currency
  and tracked_total is distinct from net_amount + vat_amount + shipping_amount
