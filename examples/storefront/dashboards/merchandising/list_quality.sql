-- How people sort and filter lists.
select category, sort_order, first_filter, count(*) as views, max(page_number) as deepest_page,
       avg(result_count) as average_results
from stg_web__list_views
group by category, sort_order, first_filter
