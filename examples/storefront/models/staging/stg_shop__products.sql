-- Products as they are, with the title cleaned.
select * exclude (hs_code) replace (trim(title) as title)
from shop.products
