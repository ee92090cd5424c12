select * from int_orders_enriched
