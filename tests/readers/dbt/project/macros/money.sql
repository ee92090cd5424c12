{% macro money(c) %}{{ cents(c) }}{% endmacro %}
