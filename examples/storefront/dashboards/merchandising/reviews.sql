-- Stars of each product.
select p.title, p.brand, avg(r.rating) as stars, count(*) as reviews
from raw_web.review_submitted r
join dim_products p using (product_id)
group by p.title, p.brand
