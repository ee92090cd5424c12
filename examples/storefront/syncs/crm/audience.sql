-- Customers who may be written to, for the newsletter tool.
select
  customer_id,
  coalesce(account_email, email) as email,
  first_name,
  customer_type,
  company_name,
  country,
  created_at::date as customer_since,
  orders,
  lifetime_margin,
  last_order_at,
  days_between
from dim_customers
where marketing_consent and newsletter
