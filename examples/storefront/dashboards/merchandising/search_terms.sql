-- Terms that find nothing or lead nowhere.
select term, term_length, count(*) as searches, avg(result_count) as average_results,
       count(*) filter (where is_empty) as empty,
       count(*) filter (where suggestion_used) as suggested,
       count(*) filter (where looked_on) as looked_on,
       count(*) filter (where never_looked) as never_looked
from fct_searches
group by term, term_length
order by searches desc, term
