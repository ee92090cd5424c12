-- Slow pages.
select page_group, path, count(*) as views, quantile_disc(load_time_ms, 0.75) as p75
from stg_web__pages
group by page_group, path
