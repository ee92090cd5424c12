{% snapshot first_one %}
{{ config(unique_key="id", strategy="timestamp", updated_at="at") }}
select * from {{ source("shop", "carts") }}
{% endsnapshot %}
{% snapshot second_one %}
select * from {{ ref("orders") }}
{% endsnapshot %}
