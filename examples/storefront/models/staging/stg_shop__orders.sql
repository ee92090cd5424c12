-- Orders that count: all but the cancelled ones.
select * exclude (legacy_ref)
from shop.orders
where status <> 'cancelled'
