select shipment_id, order_id, carrier, shipped_at, delivered_at, parcel.weight_grams as weight_grams
from shop.shipments
where shipped_at is not null
