-- Where people leave the introduction of the app.
select step, step_name, os, count(distinct person) as people, count(*) filter (where skipped) as skipped
from fct_app_steps
where step is not null
group by step, step_name, os
