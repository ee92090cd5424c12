-- Accounts that share a connection and a browser: looked at when cards are tested on the site.
select context_ip, context_user_agent, count(distinct user_id) as accounts
from raw_web.tracks
group by context_ip, context_user_agent
having count(distinct user_id) > 1
