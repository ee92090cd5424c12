select {{ money("total") }} as total from {{ ref("orders") }}
