select
  s.term,
  s.term_length,
  s.result_count,
  s.suggestion_used,
  s.is_empty,
  s.received_at,
  exists (
    select 1 from stg_web__product_interactions i
    where i.anonymous_id = s.anonymous_id and i.received_at > s.received_at
  ) as looked_on,
  s.anonymous_id in (select anonymous_id from int_silent_searchers) as never_looked
from stg_web__searches s
