-- Searches, cleaned: what was typed, without case and outer blanks.
select
  anonymous_id,
  received_at,
  trim(lower(query)) as term,
  length(term) as term_length,      -- uses the alias of the line above
  result_count,
  suggestion_used,
  result_count = 0 as is_empty
from raw_web.products_searched
where query is not null
