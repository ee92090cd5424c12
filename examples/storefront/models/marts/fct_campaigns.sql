select t.source, t.medium, t.campaign, t.path, t.received_at, t.anonymous_id, p.budget, p.starts_on, p.ends_on, p.coupon
from int_touches t
left join shop.promotions p on p.campaign = t.campaign
