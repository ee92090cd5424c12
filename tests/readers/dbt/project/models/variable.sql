select {{ var("x") }} as x from {{ ref("orders") }}
