-- Everything about refunds; the controllers pick their columns in the tool.
select * from fct_refunds
