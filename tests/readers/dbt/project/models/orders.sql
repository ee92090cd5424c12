{{ config(materialized="incremental", alias="Sales") }}
select id, total, buyer
from {{ source("shop", "orders") }}
where total > 0
