-- Orders on a map, for the talk with the carriers.
select city, postcode, country, count(*) as orders
from stg_web__orders
group by city, postcode, country
