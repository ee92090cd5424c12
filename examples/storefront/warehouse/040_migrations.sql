-- Changes since the tables were first made, oldest first.
alter table shop.orders add column channel varchar;
comment on column shop.orders.channel is 'web, app or phone';
alter table shop.products rename column colour_name to colour;
alter table shop.order_lines add column promised_on date;
alter table shop.customers add column company varchar;
alter table shop.customers drop column company;
