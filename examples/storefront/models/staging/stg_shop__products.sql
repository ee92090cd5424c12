-- Products as they are, with the title cleaned.
select * exclude (weight_grams, hs_code) replace (trim(title) as title)
from shop.products
