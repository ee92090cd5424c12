-- Orders that count: all but the cancelled ones.
select * exclude (warehouse_note, legacy_ref)
from shop.orders
where status <> 'cancelled'
