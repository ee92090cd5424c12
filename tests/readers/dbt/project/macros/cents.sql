{% macro cents(c) %}{{ c }} / 100 + hidden_column{% endmacro %}
