-- Sign-ups by the form they come from.
select placement, date_trunc('month', received_at) as month, count(*) as sign_ups, count(distinct email) as addresses
from raw_web.newsletter_signed_up
group by 1, 2
