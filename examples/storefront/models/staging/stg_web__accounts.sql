-- The latest club or company of each account.
select user_id, group_id, company_name, industry
from raw_web.groups
qualify row_number() over (partition by user_id order by received_at desc) = 1
