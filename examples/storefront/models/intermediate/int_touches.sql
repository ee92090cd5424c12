-- Page views that a campaign or another site brought.
select anonymous_id, received_at, source, medium, campaign, path
from stg_web__pages
where source is not null
union all
select anonymous_id, received_at, referrer, 'referral', null, path
from stg_web__pages
where source is null and referrer is not null
