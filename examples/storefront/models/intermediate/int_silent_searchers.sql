-- Visitors who searched and never looked at a product.
select anonymous_id from stg_web__searches
except
select anonymous_id from stg_web__product_interactions
