-- The latest traits of each account.
select
  user_id,
  anonymous_id,
  email,
  first_name,
  customer_type,
  loyalty_tier,
  newsletter,
  received_at
from raw_web.identifies
where user_id is not null
qualify row_number() over (partition by user_id order by received_at desc) = 1
